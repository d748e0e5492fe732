// y[n] = b[n] + sum over k of x[k] * w[k,n], and max(y, 0) where relu is 1: a matrix times one vector
//
// Layout   x (1, K), w (K, N), b (N), y (1, N), row-major; M = 1, K even, N divisible by 4
// Mapping  one invocation makes 2 x 4 columns, 2 steps of k at a time; a workgroup is a line along the columns
// Reuse    an x serves 8 columns here and every column of the workgroup; w is read once, and by nobody twice
// Cost     2 flops for each float of w: 0.5 flop/byte, bandwidth-bound
// Before   6_few_rows spends three of its four rows on nothing where the batch is 1; two steps of k in one expression
//          save a round of the loop and a store to the sum
// Order    as 1_naive

const WORKGROUP = 32u;
const TN = 8u;                                     // columns of an invocation, written out below
const SUM = 256u;                                  // even

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let N4 = dims.N / 4u;
  let left = group.x * WORKGROUP * 2u + local;     // 4 columns here, and 4 that lie a line of the workgroup further
  if (left >= N4) { return; }
  let right = min(left + WORKGROUP, N4 - 1u);

  var l = b[left];
  var r = b[right];
  for (var block = 0u; block < dims.K; block += SUM) {
    let end = min(block + SUM, dims.K);
    var suml = vec4f(0.0);
    var sumr = vec4f(0.0);
    for (var k = block; k < end; k += 2u) {
      let first = vec4f(x[k]);
      let second = vec4f(x[k + 1u]);
      suml = fma(second, w[(k + 1u) * N4 + left], fma(first, w[k * N4 + left], suml));
      sumr = fma(second, w[(k + 1u) * N4 + right], fma(first, w[k * N4 + right], sumr));
    }
    l += suml;
    r += sumr;
  }
  y[left] = select(l, max(l, vec4f(0.0)), dims.relu == 1u);
  if (left + WORKGROUP < N4) { y[right] = select(r, max(r, vec4f(0.0)), dims.relu == 1u); }
}
