// y[i] = the half nearest to x[i]; NaN where |x[i]| > 65504
//
// Layout   x (count) of floats, y (count) of halves, count divisible by 4
// Mapping  one invocation makes 4 neighbouring halves
// Reuse    none: every element is read and written once
// Cost     6 bytes of traffic for each element, bandwidth-bound
// Before   1_naive reads single floats; here 4 make one 16-byte load and one 8-byte store

const WORKGROUP = 64u;

struct Dims { count: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec2u>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count / 4u) { return; }
  let v = x[i];
  y[i] = vec2u(toHalves(v.xy), toHalves(v.zw));
}
