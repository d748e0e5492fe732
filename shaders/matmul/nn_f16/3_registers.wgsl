enable f16;

// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N), y (M, N) of halves, b (N) of floats; row-major; N divisible by 4
// Mapping  one invocation makes 8 rows of 8 neighbouring columns, kept in registers. A workgroup is a line along the
//          columns, so all its invocations need the same x at the same time: one load for all of them
// Reuse    an x serves 8 columns here and every column of the workgroup, a w 8 rows; no workgroup memory, no barrier
// Cost     128 flops for 8 + 8 halves loaded: 4 flop/byte, 8 flop/byte of w alone
// Before   2_few_rows reads w again for every 4 rows; here for every 8
// Order    as 1_naive

const WORKGROUP = 32u;
const TM = 8u;                                     // rows of an invocation, written out below
const TN = 8u;                                     // columns of an invocation, likewise
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f16>;
@group(0) @binding(2) var<storage, read> w: array<vec4<f16>>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec2u>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let N4 = dims.N / 4u;
  let left = (group.y * WORKGROUP + local) * 2u;
  if (left >= N4) { return; }
  let right = min(left + 1u, N4 - 1u);             // where N is not divisible by 8, the last is read, not stored
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

  var totalL0 = b[left]; var totalR0 = b[right];
  var totalL1 = b[left]; var totalR1 = b[right];
  var totalL2 = b[left]; var totalR2 = b[right];
  var totalL3 = b[left]; var totalR3 = b[right];
  var totalL4 = b[left]; var totalR4 = b[right];
  var totalL5 = b[left]; var totalR5 = b[right];
  var totalL6 = b[left]; var totalR6 = b[right];
  var totalL7 = b[left]; var totalR7 = b[right];
  for (var block = 0u; block < dims.K; block += SUM) {
    let end = min(block + SUM, dims.K);
    var sumL0 = vec4f(0.0); var sumR0 = vec4f(0.0);
    var sumL1 = vec4f(0.0); var sumR1 = vec4f(0.0);
    var sumL2 = vec4f(0.0); var sumR2 = vec4f(0.0);
    var sumL3 = vec4f(0.0); var sumR3 = vec4f(0.0);
    var sumL4 = vec4f(0.0); var sumR4 = vec4f(0.0);
    var sumL5 = vec4f(0.0); var sumR5 = vec4f(0.0);
    var sumL6 = vec4f(0.0); var sumR6 = vec4f(0.0);
    var sumL7 = vec4f(0.0); var sumR7 = vec4f(0.0);
    for (var k = block; k < end; k++) {
      let wl = vec4f(w[k * N4 + left]);
      let wr = vec4f(w[k * N4 + right]);
      let xk0 = vec4f(f32(x[x0 + k])); sumL0 = fma(xk0, wl, sumL0); sumR0 = fma(xk0, wr, sumR0);
      let xk1 = vec4f(f32(x[x1 + k])); sumL1 = fma(xk1, wl, sumL1); sumR1 = fma(xk1, wr, sumR1);
      let xk2 = vec4f(f32(x[x2 + k])); sumL2 = fma(xk2, wl, sumL2); sumR2 = fma(xk2, wr, sumR2);
      let xk3 = vec4f(f32(x[x3 + k])); sumL3 = fma(xk3, wl, sumL3); sumR3 = fma(xk3, wr, sumR3);
      let xk4 = vec4f(f32(x[x4 + k])); sumL4 = fma(xk4, wl, sumL4); sumR4 = fma(xk4, wr, sumR4);
      let xk5 = vec4f(f32(x[x5 + k])); sumL5 = fma(xk5, wl, sumL5); sumR5 = fma(xk5, wr, sumR5);
      let xk6 = vec4f(f32(x[x6 + k])); sumL6 = fma(xk6, wl, sumL6); sumR6 = fma(xk6, wr, sumR6);
      let xk7 = vec4f(f32(x[x7 + k])); sumL7 = fma(xk7, wl, sumL7); sumR7 = fma(xk7, wr, sumR7);
    }
    totalL0 += sumL0; totalR0 += sumR0;
    totalL1 += sumL1; totalR1 += sumR1;
    totalL2 += sumL2; totalR2 += sumR2;
    totalL3 += sumL3; totalR3 += sumR3;
    totalL4 += sumL4; totalR4 += sumR4;
    totalL5 += sumL5; totalR5 += sumR5;
    totalL6 += sumL6; totalR6 += sumR6;
    totalL7 += sumL7; totalR7 += sumR7;
  }

  store(m, left, totalL0, totalR0);
  store(m + 1u, left, totalL1, totalR1);
  store(m + 2u, left, totalL2, totalR2);
  store(m + 3u, left, totalL3, totalR3);
  store(m + 4u, left, totalL4, totalR4);
  store(m + 5u, left, totalL5, totalR5);
  store(m + 6u, left, totalL6, totalR6);
  store(m + 7u, left, totalL7, totalR7);
}

fn store(m: u32, left: u32, l: vec4f, r: vec4f) {
  if (m >= dims.M) { return; }
  let N4 = dims.N / 4u;
  y[m * N4 + left] = rounded(l);
  if (left + 1u < N4) { y[m * N4 + left + 1u] = rounded(r); }
}

fn rounded(v: vec4f) -> vec2u {
  let u = select(v, rectify(v), dims.relu == 1u);
  return vec2u(toHalves(u.xy), toHalves(u.zw));
}
