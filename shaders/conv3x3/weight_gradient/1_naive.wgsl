// dw[r,s,c,k] = sum over n,p,q of x[n, p+r-pad, q+s-pad, c] dy[n,p,q,k]
//
// Layout   x (N, H, W, C), dy (N, P, Q, K), dw (3, 3, C, K), row-major, any shape; P = H + 2 pad - 2, Q = W + 2 pad -
//          2
// Mapping  one invocation makes one element of dw; invocations run along its flat index, so neighbours make
//          neighbouring k
// Reuse    none by hand: neighbours read the same x and consecutive dy, which a cache may merge
// Cost     2 N P Q flops for each output, 2 N P Q floats read: 0.25 flop/byte
//
// One sum for each row of the picture, then the sum of rows: the rounding error grows with the longer of the two, not
// the product.

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= 9u * dims.C * dims.K) { return; }

  let k = i % dims.K;
  let c = i / dims.K % dims.C;
  let s = i / (dims.K * dims.C) % 3u;
  let r = i / (dims.K * dims.C * 3u);
  var sum = 0.0;
  for (var n = 0u; n < dims.N; n++) {
    for (var p = 0u; p < P; p++) {
      let h = p + r - dims.pad;                    // -1 wraps to a large number, so one comparison finds both edges
      if (h >= dims.H) { continue; }
      var row = 0.0;
      for (var q = 0u; q < Q; q++) {
        let v = q + s - dims.pad;
        if (v >= dims.W) { continue; }
        row += x[((n * dims.H + h) * dims.W + v) * dims.C + c] * dy[((n * P + p) * Q + q) * dims.K + k];
      }
      sum += row;
    }
  }
  dw[i] = sum;
}
