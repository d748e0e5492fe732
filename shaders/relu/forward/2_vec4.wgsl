// y[i] = max(x[i], 0), and NaN where x[i] is NaN
//
// Layout   x, y flat, any shape; count divisible by 4
// Mapping  one invocation makes 4 neighbouring elements
// Reuse    none: every element is read and written once
// Cost     1 comparison and 2 floats of traffic for each output: 0.125 flop/byte, bandwidth-bound
// Before   1_naive moves single floats; here a load and a store are 16 bytes wide

const WORKGROUP = 64u;

struct Dims { count: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= dims.count / 4u) { return; }
  y[i] = rectify(x[i]);
}
