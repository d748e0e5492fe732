// y[i] = x[i] / (1 - rate) where u[first + i] >= rate, else 0
//
// Layout   x, y flat, any shape; element e of the whole batch draws u[e] in [0, 1) from word e mod 4 of
//          philox(counter (e / 4, step, 0, FOR_DROPOUT), key (seed, layer)), wherever the batch is cut
// Mapping  one invocation makes one element
// Reuse    none: four invocations work out the same four words and take one each
// Cost     about 200 integer operations and 2 floats of traffic for each output: compute-bound

const WORKGROUP = 64u;

struct Dims { count: u32, first: u32, seed: u32, step: u32, layer: u32, rate: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count) { return; }
  let e = dims.first + i;
  let u = unitFloats(philox(vec4u(e / 4u, dims.step, 0u, FOR_DROPOUT), vec2u(dims.seed, dims.layer)));
  y[i] = select(0.0, x[i] / (1.0 - dims.rate), u[e % 4u] >= dims.rate);
}
