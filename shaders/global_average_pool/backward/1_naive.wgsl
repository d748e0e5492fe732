// dx[n,h,w,c] = dy[n,c] / (H W)
//
// Layout   dx (N, H, W, C), dy (N, C), row-major, C innermost
// Mapping  one invocation makes one element of dx; invocations run along the flat index of dx
// Reuse    an element of dy is read by H W invocations, from cache
// Cost     1 division and little more than 1 float of traffic for each output: 0.25 flop/byte, bandwidth-bound

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixels = dims.H * dims.W;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= dims.N * pixels * dims.C) { return; }
  let n = i / (pixels * dims.C);
  dx[i] = dy[n * dims.C + i % dims.C] / f32(pixels);
}
