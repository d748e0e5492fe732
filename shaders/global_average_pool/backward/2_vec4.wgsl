// dx[n,h,w,c] = dy[n,c] / (H W)
//
// Layout   dx (N, H, W, C), dy (N, C), row-major, C innermost; C divisible by 4
// Mapping  one invocation makes 4 neighbouring channels of one pixel of dx
// Reuse    an element of dy is read by H W invocations, from cache
// Cost     1 division and little more than 1 float of traffic for each output: 0.25 flop/byte, bandwidth-bound
// Before   1_naive moves single floats; here the load and the store are 16 bytes wide

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let C4 = dims.C / 4u;
  let pixels = dims.H * dims.W;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= dims.N * pixels * C4) { return; }
  let n = i / (pixels * C4);
  dx[i] = dy[n * C4 + i % C4] / f32(pixels);
}
