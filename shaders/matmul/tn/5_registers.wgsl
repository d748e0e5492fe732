// dw[k,n] = sum over m of x[m,k] * dy[m,n]
//
// Layout   x (M, K), dy (M, N), dw (K, N), row-major; K and N divisible by 4
// Mapping  one invocation makes 8 rows (k) of 8 neighbouring columns, kept in registers. A workgroup is a line along
//          the columns, so all its invocations need the same x at the same time: one load for all of them
// Reuse    an x serves 8 columns here and every column of the workgroup, a dy 8 rows; no workgroup memory, no barrier
// Cost     128 flops for 8 + 8 floats loaded: 2 flop/byte
// Before   4_tiled_registers shares tiles through workgroup memory. On a CPU that is ordinary memory, and a barrier
//          ends a loop over the invocations; the caches share as well without
// Order    as 1_naive

const WORKGROUP = 32u;
const TK = 8u;                                     // rows of an invocation, written out below
const TN = 8u;                                     // columns of an invocation, likewise
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dw: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let K4 = dims.K / 4u;
  let N4 = dims.N / 4u;
  let left = (group.y * WORKGROUP + local) * 2u;
  if (left >= N4) { return; }
  let right = min(left + 1u, N4 - 1u);             // where N is not divisible by 8, the last is read, not stored
  let low4 = group.x * (TK / 4u);
  let high4 = min(low4 + 1u, K4 - 1u);             // rows past the last repeat others and are not stored

  var totalL0 = vec4f(0.0); var totalR0 = vec4f(0.0);
  var totalL1 = vec4f(0.0); var totalR1 = vec4f(0.0);
  var totalL2 = vec4f(0.0); var totalR2 = vec4f(0.0);
  var totalL3 = vec4f(0.0); var totalR3 = vec4f(0.0);
  var totalL4 = vec4f(0.0); var totalR4 = vec4f(0.0);
  var totalL5 = vec4f(0.0); var totalR5 = vec4f(0.0);
  var totalL6 = vec4f(0.0); var totalR6 = vec4f(0.0);
  var totalL7 = vec4f(0.0); var totalR7 = vec4f(0.0);
  for (var block = 0u; block < dims.M; block += SUM) {
    let end = min(block + SUM, dims.M);
    var sumL0 = vec4f(0.0); var sumR0 = vec4f(0.0);
    var sumL1 = vec4f(0.0); var sumR1 = vec4f(0.0);
    var sumL2 = vec4f(0.0); var sumR2 = vec4f(0.0);
    var sumL3 = vec4f(0.0); var sumR3 = vec4f(0.0);
    var sumL4 = vec4f(0.0); var sumR4 = vec4f(0.0);
    var sumL5 = vec4f(0.0); var sumR5 = vec4f(0.0);
    var sumL6 = vec4f(0.0); var sumR6 = vec4f(0.0);
    var sumL7 = vec4f(0.0); var sumR7 = vec4f(0.0);
    for (var m = block; m < end; m++) {
      let gl = dy[m * N4 + left];
      let gr = dy[m * N4 + right];
      let low = x[m * K4 + low4];
      let high = x[m * K4 + high4];
      sumL0 = fma(vec4f(low.x), gl, sumL0); sumR0 = fma(vec4f(low.x), gr, sumR0);
      sumL1 = fma(vec4f(low.y), gl, sumL1); sumR1 = fma(vec4f(low.y), gr, sumR1);
      sumL2 = fma(vec4f(low.z), gl, sumL2); sumR2 = fma(vec4f(low.z), gr, sumR2);
      sumL3 = fma(vec4f(low.w), gl, sumL3); sumR3 = fma(vec4f(low.w), gr, sumR3);
      sumL4 = fma(vec4f(high.x), gl, sumL4); sumR4 = fma(vec4f(high.x), gr, sumR4);
      sumL5 = fma(vec4f(high.y), gl, sumL5); sumR5 = fma(vec4f(high.y), gr, sumR5);
      sumL6 = fma(vec4f(high.z), gl, sumL6); sumR6 = fma(vec4f(high.z), gr, sumR6);
      sumL7 = fma(vec4f(high.w), gl, sumL7); sumR7 = fma(vec4f(high.w), gr, sumR7);
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

  let k = 4u * low4;
  store(k, left, totalL0, totalR0);
  store(k + 1u, left, totalL1, totalR1);
  store(k + 2u, left, totalL2, totalR2);
  store(k + 3u, left, totalL3, totalR3);
  store(k + 4u, left, totalL4, totalR4);
  store(k + 5u, left, totalL5, totalR5);
  store(k + 6u, left, totalL6, totalR6);
  store(k + 7u, left, totalL7, totalR7);
}

fn store(k: u32, left: u32, l: vec4f, r: vec4f) {
  if (k >= dims.K) { return; }
  let i = k * (dims.N / 4u) + left;
  dw[i] = l;
  if (left + 1u < dims.N / 4u) { dw[i + 1u] = r; }
}
