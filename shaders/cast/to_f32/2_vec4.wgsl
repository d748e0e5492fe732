// y[i] = x[i], a half as a float: nothing is lost
//
// Layout   x (count) of halves, y (count) of floats, count divisible by 4
// Mapping  one invocation makes 4 neighbouring elements
// Reuse    none: every element is read and written once
// Cost     6 bytes of traffic for each element, bandwidth-bound
// Before   1_naive reads a word for one element; here 4 make one 8-byte load and one 16-byte store

const WORKGROUP = 64u;

struct Dims { count: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count / 4u) { return; }
  y[i] = vec4f(unpack2x16float(x[i].x), unpack2x16float(x[i].y));
}
