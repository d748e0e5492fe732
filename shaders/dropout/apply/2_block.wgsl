// y[i] = x[i] / (1 - rate) where u[first + i] >= rate, else 0
//
// Layout   x, y flat, any shape; element e of the whole batch draws u[e] in [0, 1) from word e mod 4 of
//          philox(counter (e / 4, step, 0, FOR_DROPOUT), key (seed, layer)), wherever the batch is cut
// Mapping  one invocation makes the elements of one counter: four, fewer at either end
// Reuse    all four words of a Philox block are used where they are made
// Cost     about 50 integer operations and 2 floats of traffic for each output: 6 operations a byte
// Before   1_naive throws three words of four away

const WORKGROUP = 64u;

struct Dims { count: u32, first: u32, seed: u32, step: u32, layer: u32, rate: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let b = id.x + id.y * groups.x * WORKGROUP;
  let before = dims.first % 4u;                    // words of block 0 that belong to elements before the first
  if (4u * b >= before + dims.count) { return; }
  let counter = vec4u(dims.first / 4u + b, dims.step, 0u, FOR_DROPOUT);
  let u = unitFloats(philox(counter, vec2u(dims.seed, dims.layer)));
  for (var k = 0u; k < 4u; k++) {
    let at = 4u * b + k;
    if (at >= before && at - before < dims.count) {
      let i = at - before;
      y[i] = select(0.0, x[i] / (1.0 - dims.rate), u[k] >= dims.rate);
    }
  }
}
