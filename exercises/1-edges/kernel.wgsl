// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu
//
// Layout   x (N, H, W, C), w (3, 3, C, K), b (K), y (N, P, Q, K), row-major, any shape; P = H + 2 pad - 2, Q = W + 2
//          pad - 2
// Mapping  one invocation makes one output; invocations run along the flat index of y, so neighbours make
//          neighbouring channels
// Reuse    none by hand: neighbours read the same pixel and consecutive weights, which a cache may merge
// Cost     18 C flops for each output, 18 C floats read: 0.25 flop/byte
//
// x outside the picture counts as 0: taps that fall there are skipped.

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.N * P * Q * dims.K) { return; }

  let k = i % dims.K;
  let q = i / dims.K % Q;
  let p = i / (dims.K * Q) % P;
  let n = i / (dims.K * Q * P);
  var sum = b[k];
  for (var r = 0u; r < 3u; r++) {
    let h = p + r - dims.pad;                      // -1 wraps to a large number, so one comparison finds both edges
    if (h >= dims.H) { continue; }
    for (var s = 0u; s < 3u; s++) {
      let v = q + s - dims.pad;
      if (v >= dims.W - 1u) { continue; }          // HOLE: which columns lie outside the picture?
      let pixel = ((n * dims.H + h) * dims.W + v) * dims.C;
      let tap = (r * 3u + s) * dims.C * dims.K + k;
      for (var c = 0u; c < dims.C; c++) {
        sum += x[pixel + c] * w[tap + c * dims.K];
      }
    }
  }
  y[i] = select(sum, rectify1(sum), dims.relu == 1u);
}
