// y[i] = low + (high - low) * u[i],  u[i] = word i mod 4 of philox(counter (i / 4, 0, 0, FOR_UNIFORM),
//                                           key (seed, stream)), its upper 24 bits as a fraction
//
// Layout   y flat, any shape
// Mapping  one invocation makes one element
// Reuse    none: four invocations work out the same four words and take one each
// Cost     about 200 integer operations for each 4-byte output: compute-bound

const WORKGROUP = 64u;

struct Dims { count: u32, seed: u32, stream: u32, low: f32, high: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count) { return; }
  let u = unitFloats(philox(vec4u(i / 4u, 0u, 0u, FOR_UNIFORM), vec2u(dims.seed, dims.stream)));
  y[i] = between(u, dims.low, dims.high)[i % 4u];
}
