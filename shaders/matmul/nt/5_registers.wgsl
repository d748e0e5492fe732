// dx[m,k] = sum over n of dy[m,n] * w[k,n]; with relu 0 where x[m,k] <= 0
//
// Layout   dy (M, N), w (K, N), x and dx (M, K), row-major; N divisible by 4
// Mapping  one invocation makes 8 rows of 4 columns (k) that lie WORKGROUP apart, in registers. A workgroup is a line
//          along the columns, so all its invocations need the same dy at the same time: one load for all of them
// Reuse    a dy serves 4 columns here and every column of the workgroup, a w 8 rows; no workgroup memory, no barrier
// Cost     256 flops for 32 + 16 floats loaded: 1.3 flop/byte, 4 flop/byte of w alone
// Before   4_tiled_registers shares tiles through workgroup memory. On a CPU that is ordinary memory, and a barrier
//          ends a loop over the invocations; the caches share as well without
// Order    as 1_naive

const WORKGROUP = 64u;
const TM = 8u;                                     // rows of an invocation, written out below
const TK = 4u;                                     // columns of an invocation, likewise
const SUM = 256u;                                  // divisible by 4

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

// Where x is what a ReLU made, the gradient is that of what the ReLU took.
fn beforeRelu(g: f32, at: u32) -> f32 {
  if (dims.relu == 0u) { return g; }
  return rectifyGradient1(g, x[at]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let N4 = dims.N / 4u;
  let k = group.y * WORKGROUP * TK + local;
  if (k >= dims.K) { return; }
  let kLast = dims.K - 1u;                         // rows and columns past the last repeat it and are not stored
  let wa = k * N4;
  let wb = min(k + WORKGROUP, kLast) * N4;
  let wc = min(k + 2u * WORKGROUP, kLast) * N4;
  let wd = min(k + 3u * WORKGROUP, kLast) * N4;
  let m = group.x * TM;
  let last = dims.M - 1u;
  let dy0 = m * N4;
  let dy1 = min(m + 1u, last) * N4;
  let dy2 = min(m + 2u, last) * N4;
  let dy3 = min(m + 3u, last) * N4;
  let dy4 = min(m + 4u, last) * N4;
  let dy5 = min(m + 5u, last) * N4;
  let dy6 = min(m + 6u, last) * N4;
  let dy7 = min(m + 7u, last) * N4;

  var total0 = vec4f(0.0);
  var total1 = vec4f(0.0);
  var total2 = vec4f(0.0);
  var total3 = vec4f(0.0);
  var total4 = vec4f(0.0);
  var total5 = vec4f(0.0);
  var total6 = vec4f(0.0);
  var total7 = vec4f(0.0);
  for (var block = 0u; block < N4; block += SUM / 4u) {
    let end = min(block + SUM / 4u, N4);
    var a0 = 0.0; var b0 = 0.0; var c0 = 0.0; var d0 = 0.0;
    var a1 = 0.0; var b1 = 0.0; var c1 = 0.0; var d1 = 0.0;
    var a2 = 0.0; var b2 = 0.0; var c2 = 0.0; var d2 = 0.0;
    var a3 = 0.0; var b3 = 0.0; var c3 = 0.0; var d3 = 0.0;
    var a4 = 0.0; var b4 = 0.0; var c4 = 0.0; var d4 = 0.0;
    var a5 = 0.0; var b5 = 0.0; var c5 = 0.0; var d5 = 0.0;
    var a6 = 0.0; var b6 = 0.0; var c6 = 0.0; var d6 = 0.0;
    var a7 = 0.0; var b7 = 0.0; var c7 = 0.0; var d7 = 0.0;
    for (var n = block; n < end; n++) {
      let a = w[wa + n];
      let b = w[wb + n];
      let c = w[wc + n];
      let d = w[wd + n];
      let g0 = dy[dy0 + n];
      a0 = chain(a0, g0, a); b0 = chain(b0, g0, b); c0 = chain(c0, g0, c); d0 = chain(d0, g0, d);
      let g1 = dy[dy1 + n];
      a1 = chain(a1, g1, a); b1 = chain(b1, g1, b); c1 = chain(c1, g1, c); d1 = chain(d1, g1, d);
      let g2 = dy[dy2 + n];
      a2 = chain(a2, g2, a); b2 = chain(b2, g2, b); c2 = chain(c2, g2, c); d2 = chain(d2, g2, d);
      let g3 = dy[dy3 + n];
      a3 = chain(a3, g3, a); b3 = chain(b3, g3, b); c3 = chain(c3, g3, c); d3 = chain(d3, g3, d);
      let g4 = dy[dy4 + n];
      a4 = chain(a4, g4, a); b4 = chain(b4, g4, b); c4 = chain(c4, g4, c); d4 = chain(d4, g4, d);
      let g5 = dy[dy5 + n];
      a5 = chain(a5, g5, a); b5 = chain(b5, g5, b); c5 = chain(c5, g5, c); d5 = chain(d5, g5, d);
      let g6 = dy[dy6 + n];
      a6 = chain(a6, g6, a); b6 = chain(b6, g6, b); c6 = chain(c6, g6, c); d6 = chain(d6, g6, d);
      let g7 = dy[dy7 + n];
      a7 = chain(a7, g7, a); b7 = chain(b7, g7, b); c7 = chain(c7, g7, c); d7 = chain(d7, g7, d);
    }
    total0 += vec4f(a0, b0, c0, d0);
    total1 += vec4f(a1, b1, c1, d1);
    total2 += vec4f(a2, b2, c2, d2);
    total3 += vec4f(a3, b3, c3, d3);
    total4 += vec4f(a4, b4, c4, d4);
    total5 += vec4f(a5, b5, c5, d5);
    total6 += vec4f(a6, b6, c6, d6);
    total7 += vec4f(a7, b7, c7, d7);
  }

  store(m, k, total0);
  store(m + 1u, k, total1);
  store(m + 2u, k, total2);
  store(m + 3u, k, total3);
  store(m + 4u, k, total4);
  store(m + 5u, k, total5);
  store(m + 6u, k, total6);
  store(m + 7u, k, total7);
}

// sum + the four products, one after another
fn chain(sum: f32, g: vec4f, v: vec4f) -> f32 {
  return fma(g.w, v.w, fma(g.z, v.z, fma(g.y, v.y, fma(g.x, v.x, sum))));
}

fn store(m: u32, k: u32, total: vec4f) {
  if (m >= dims.M) { return; }
  let i = m * dims.K + k;
  dx[i] = beforeRelu(total.x, i);
  if (k + WORKGROUP < dims.K) { dx[i + WORKGROUP] = beforeRelu(total.y, i + WORKGROUP); }
  if (k + 2u * WORKGROUP < dims.K) { dx[i + 2u * WORKGROUP] = beforeRelu(total.z, i + 2u * WORKGROUP); }
  if (k + 3u * WORKGROUP < dims.K) { dx[i + 3u * WORKGROUP] = beforeRelu(total.w, i + 3u * WORKGROUP); }
}
