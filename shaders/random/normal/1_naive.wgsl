// y[i] = mean + deviation * z[i],  (z[2j], z[2j+1]) = sqrt(-2 log u) (cos a, sin a) with u in (0, 1], a in [-pi, pi)
//
// Layout   y flat, any shape; u and a come from words 0, 1 (2, 3) of philox(counter (i / 4, 0, 0, FOR_NORMAL),
//          key (seed, stream)), 24 bits each (Box and Muller, 1958)
// Mapping  one invocation makes one element
// Reuse    none: four invocations work out the same four values and take one each
// Cost     about 200 integer operations, a logarithm, a root, a sine and a cosine for each 4-byte output: compute-bound

const WORKGROUP = 64u;

struct Dims { count: u32, seed: u32, stream: u32, mean: f32, deviation: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count) { return; }
  let z = gaussian(unitFloats(philox(vec4u(i / 4u, 0u, 0u, FOR_NORMAL), vec2u(dims.seed, dims.stream))));
  y[i] = dims.mean + dims.deviation * z[i % 4u];
}
