// dx[i] = dy[i] where y[i] > 0 or y[i] is NaN, else 0          (the derivative at 0 is 0)
//
// Layout   y, dy, dx flat, any shape; y is the forward's output
// Mapping  one invocation makes one element
// Reuse    none: every element is read and written once
// Cost     1 comparison and 3 floats of traffic for each output: 0.08 flop/byte, bandwidth-bound

const WORKGROUP = 64u;

struct Dims { count: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= dims.count) { return; }
  dx[i] = rectifyGradient1(dy[i], y[i]);
}
