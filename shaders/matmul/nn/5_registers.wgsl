// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N), b (N), y (M, N), row-major; N divisible by 4
// Mapping  one invocation makes 8 rows of 2 x 4 columns, kept in registers. A workgroup is a line along the columns, so all
//          its invocations need the same x at the same time: one load for all of them
// Reuse    an x serves 8 columns here and every column of the workgroup, a w 8 rows; no workgroup memory, no barrier
// Cost     128 flops for 8 + 8 floats loaded: 2 flop/byte, 4 flop/byte of w alone
// Before   4_tiled_registers shares tiles through workgroup memory. On a CPU that memory is ordinary memory, and a barrier
//          ends a loop over the invocations; the caches share as well without
// Order    as 1_naive

const WORKGROUP = 32u;
const TM = 8u;                                     // rows of an invocation, written out below
const TN = 8u;                                     // columns of an invocation, likewise
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let N4 = dims.N / 4u;
  let left = group.y * WORKGROUP * 2u + local;     // 4 columns here, and 4 that lie a line of the workgroup further
  if (left >= N4) { return; }
  let right = min(left + WORKGROUP, N4 - 1u);
  let m = group.x * TM;
  let last = dims.M - 1u;                          // rows past the last one repeat it and are not stored
  let x0 = m * dims.K;
  let x1 = min(m + 1u, last) * dims.K;
  let x2 = min(m + 2u, last) * dims.K;
  let x3 = min(m + 3u, last) * dims.K;
  let x4 = min(m + 4u, last) * dims.K;
  let x5 = min(m + 5u, last) * dims.K;
  let x6 = min(m + 6u, last) * dims.K;
  let x7 = min(m + 7u, last) * dims.K;

  var l0 = b[left]; var r0 = b[right];
  var l1 = b[left]; var r1 = b[right];
  var l2 = b[left]; var r2 = b[right];
  var l3 = b[left]; var r3 = b[right];
  var l4 = b[left]; var r4 = b[right];
  var l5 = b[left]; var r5 = b[right];
  var l6 = b[left]; var r6 = b[right];
  var l7 = b[left]; var r7 = b[right];
  for (var block = 0u; block < dims.K; block += SUM) {
    let end = min(block + SUM, dims.K);
    var suml0 = vec4f(0.0); var sumr0 = vec4f(0.0);
    var suml1 = vec4f(0.0); var sumr1 = vec4f(0.0);
    var suml2 = vec4f(0.0); var sumr2 = vec4f(0.0);
    var suml3 = vec4f(0.0); var sumr3 = vec4f(0.0);
    var suml4 = vec4f(0.0); var sumr4 = vec4f(0.0);
    var suml5 = vec4f(0.0); var sumr5 = vec4f(0.0);
    var suml6 = vec4f(0.0); var sumr6 = vec4f(0.0);
    var suml7 = vec4f(0.0); var sumr7 = vec4f(0.0);
    for (var k = block; k < end; k++) {
      let wl = w[k * N4 + left];
      let wr = w[k * N4 + right];
      let p0 = vec4f(x[x0 + k]); suml0 = fma(p0, wl, suml0); sumr0 = fma(p0, wr, sumr0);
      let p1 = vec4f(x[x1 + k]); suml1 = fma(p1, wl, suml1); sumr1 = fma(p1, wr, sumr1);
      let p2 = vec4f(x[x2 + k]); suml2 = fma(p2, wl, suml2); sumr2 = fma(p2, wr, sumr2);
      let p3 = vec4f(x[x3 + k]); suml3 = fma(p3, wl, suml3); sumr3 = fma(p3, wr, sumr3);
      let p4 = vec4f(x[x4 + k]); suml4 = fma(p4, wl, suml4); sumr4 = fma(p4, wr, sumr4);
      let p5 = vec4f(x[x5 + k]); suml5 = fma(p5, wl, suml5); sumr5 = fma(p5, wr, sumr5);
      let p6 = vec4f(x[x6 + k]); suml6 = fma(p6, wl, suml6); sumr6 = fma(p6, wr, sumr6);
      let p7 = vec4f(x[x7 + k]); suml7 = fma(p7, wl, suml7); sumr7 = fma(p7, wr, sumr7);
    }
    l0 += suml0; r0 += sumr0;
    l1 += suml1; r1 += sumr1;
    l2 += suml2; r2 += sumr2;
    l3 += suml3; r3 += sumr3;
    l4 += suml4; r4 += sumr4;
    l5 += suml5; r5 += sumr5;
    l6 += suml6; r6 += sumr6;
    l7 += suml7; r7 += sumr7;
  }

  store(m, left, l0, r0);
  store(m + 1u, left, l1, r1);
  store(m + 2u, left, l2, r2);
  store(m + 3u, left, l3, r3);
  store(m + 4u, left, l4, r4);
  store(m + 5u, left, l5, r5);
  store(m + 6u, left, l6, r6);
  store(m + 7u, left, l7, r7);
}

fn store(m: u32, left: u32, l: vec4f, r: vec4f) {
  if (m >= dims.M) { return; }
  let N4 = dims.N / 4u;
  y[m * N4 + left] = select(l, max(l, vec4f(0.0)), dims.relu == 1u);
  if (left + WORKGROUP < N4) { y[m * N4 + left + WORKGROUP] = select(r, max(r, vec4f(0.0)), dims.relu == 1u); }
}
