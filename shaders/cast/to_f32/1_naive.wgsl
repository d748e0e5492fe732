// y[i] = x[i], a half as a float: nothing is lost
//
// Layout   x (count) of halves, two to a word; y (count) of floats
// Mapping  one invocation makes one element
// Reuse    the two halves of a word are read by neighbours
// Cost     6 bytes of traffic for each element, bandwidth-bound

const WORKGROUP = 64u;

struct Dims { count: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count) { return; }
  y[i] = halfOf(x[i / 2u], i);
}
