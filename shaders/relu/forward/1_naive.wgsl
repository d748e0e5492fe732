// y[i] = max(x[i], 0), and NaN where x[i] is NaN; see relu/rectify.wgsl
//
// Layout   x, y flat, any shape
// Mapping  one invocation makes one element
// Reuse    none: every element is read and written once
// Cost     1 comparison and 2 floats of traffic for each output: 0.125 flop/byte, bandwidth-bound

const WORKGROUP = 64u;

struct Dims { count: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count) { return; }
  y[i] = rectify1(x[i]);
}
