// y[n,p,q,k] = max over i,j in {0,1} of b[k] + sum over r,s in {0,1,2}, c of x[n, 2p+i+r-pad, 2q+j+s-pad, c] w[r,s,c,k], then max(y, 0)
// if relu. NaN where one of the four is
//
// Layout   x (N, H, W, C), w (3, 3, C, K), y (N, P/2, Q/2, K) of halves, two to a word; b (K) of floats; row-major, any shape;
//          P = H + 2 pad - 2, Q = W + 2 pad - 2; odd last rows and columns dropped
// Mapping  one invocation makes the two outputs of a word, which may belong to two pixels where K is odd
// Reuse    none by hand: neighbours read the same pixels and consecutive weights, which a cache may merge
// Cost     72 C flops for each output, 72 C words read for as many halves: 0.25 flop/byte
//
// Products and sums are float32; the four outputs before the pool are rounded to halves, as if they were stored. Words are unpacked by
// functions that every device has, so this variant needs no shader-f16.

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<u32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let P = (dims.H + 2u * dims.pad - 2u) / 2u;
  let Q = (dims.W + 2u * dims.pad - 2u) / 2u;
  let count = dims.N * P * Q * dims.K;
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= (count + 1u) / 2u) { return; }
  y[i] = toHalves(vec2f(pooled(2u * i, P, Q), pooled(min(2u * i + 1u, count - 1u), P, Q)));
}

fn pooled(i: u32, P: u32, Q: u32) -> f32 {
  let k = i % dims.K;
  let q = i / dims.K % Q * 2u;
  let p = i / (dims.K * Q) % P * 2u;
  let n = i / (dims.K * Q * P);
  var m = output(n, p, q, k);
  m = larger(m, output(n, p, q + 1u, k));
  m = larger(m, output(n, p + 1u, q, k));
  return larger(m, output(n, p + 1u, q + 1u, k));
}

// An output before the pool, rounded.
fn output(n: u32, p: u32, q: u32, k: u32) -> f32 {
  var sum = b[k];
  for (var r = 0u; r < 3u; r++) {
    let h = p + r - dims.pad;                      // -1 wraps to a large number, so one comparison finds both edges
    if (h >= dims.H) { continue; }
    for (var s = 0u; s < 3u; s++) {
      let v = q + s - dims.pad;
      if (v >= dims.W) { continue; }
      let pixel = ((n * dims.H + h) * dims.W + v) * dims.C;
      let tap = (r * 3u + s) * dims.C * dims.K + k;
      for (var c = 0u; c < dims.C; c++) {
        let atX = pixel + c;
        let atW = tap + c * dims.K;
        sum += halfOf(x[atX / 2u], atX) * halfOf(w[atW / 2u], atW);
      }
    }
  }
  return halfOf(toHalves(vec2f(select(sum, rectify1(sum), dims.relu == 1u))), 0u);
}
