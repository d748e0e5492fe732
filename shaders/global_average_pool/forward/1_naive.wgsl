// y[n,c] = 1 / (H W) * sum over h,w of x[n,h,w,c]
//
// Layout   x (N, H, W, C), y (N, C), row-major, C innermost
// Mapping  one invocation makes one element of y; neighbours read neighbouring channels of the same pixel
// Reuse    none: every input is read once. A row is summed alone before it joins the total, which keeps the rounding
//          error near sqrt(H) + sqrt(W) instead of sqrt(H W)
// Cost     H W additions and H W + 1 floats of traffic for each output: 0.25 flop/byte, bandwidth-bound

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.N * dims.C) { return; }

  let c = i % dims.C;
  let n = i / dims.C;
  var at = n * dims.H * dims.W * dims.C + c;
  var total = 0.0;
  for (var h = 0u; h < dims.H; h++) {
    var row = 0.0;
    for (var w = 0u; w < dims.W; w++) {
      row += x[at];
      at += dims.C;
    }
    total += row;
  }
  y[i] = total / f32(dims.H * dims.W);
}
