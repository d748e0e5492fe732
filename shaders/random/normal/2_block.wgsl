// y[i] = mean + deviation * z[i],  (z[2j], z[2j+1]) = sqrt(-2 log u) (cos a, sin a) with u in (0, 1], a in [-pi, pi)
//
// Layout   y flat, any shape; u and a come from words 0, 1 (2, 3) of philox(counter (i / 4, 0, 0, FOR_NORMAL),
//          key (seed, stream)), 24 bits each (Box and Muller, 1958)
// Mapping  one invocation makes the four elements of one counter
// Reuse    all four words of a Philox block are used where they are made
// Cost     about 50 integer operations, half a log and root, a sine or cosine for each 4-byte output: compute-bound
// Before   1_naive throws three values of four away

const WORKGROUP = 64u;

struct Dims { count: u32, seed: u32, stream: u32, mean: f32, deviation: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let b = id.x + id.y * groups.x * WORKGROUP;
  if (b >= (dims.count + 3u) / 4u) { return; }
  let z = gaussian(unitFloats(philox(vec4u(b, 0u, 0u, FOR_NORMAL), vec2u(dims.seed, dims.stream))));
  for (var k = 0u; k < 4u && 4u * b + k < dims.count; k++) {
    y[4u * b + k] = dims.mean + dims.deviation * z[k];
  }
}
