// y[i] = low + (high - low) * u[i],  u[i] = word i mod 4 of philox(counter (i / 4, 0, 0, FOR_UNIFORM),
//                                           key (seed, stream)), its upper 24 bits as a fraction
//
// Layout   y flat, any shape
// Mapping  one invocation makes the four elements of one counter
// Reuse    all four words of a Philox block are used where they are made
// Cost     about 50 integer operations for each 4-byte output: still compute-bound
// Before   1_naive throws three words of four away

const WORKGROUP = 64u;

struct Dims { count: u32, seed: u32, stream: u32, low: f32, high: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let b = id.x + id.y * groups.x * WORKGROUP;
  if (b >= (dims.count + 3u) / 4u) { return; }
  let u = unitFloats(philox(vec4u(b, 0u, 0u, FOR_UNIFORM), vec2u(dims.seed, dims.stream)));
  let value = between(u, dims.low, dims.high);
  for (var k = 0u; k < 4u && 4u * b + k < dims.count; k++) { y[4u * b + k] = value[k]; }
}
