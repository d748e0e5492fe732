// y[n] = b[n] + sum over k of x[k] * w[k,n], and max(y, 0) where relu is 1: a vector times a matrix
//
// Layout   x (1, K), w (K, N), b (N), y (1, N), row-major; M = 1, N divisible by 4
// Mapping  one invocation makes 8 neighbouring columns; a workgroup is a line along the columns
// Reuse    an x serves 8 columns here and every column of the workgroup; w is read once, and by nobody twice
// Cost     2 flops for each float of w: 0.5 flop/byte, bandwidth-bound
// Before   6_few_rows spends three of its four rows on nothing where the batch is 1
// Order    as 1_naive

const WORKGROUP = 16u;
const TN = 8u;                                     // columns of an invocation, written out below
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
  let left = (group.x * WORKGROUP + local) * 2u;
  if (left >= N4) { return; }
  let right = min(left + 1u, N4 - 1u);             // where N is not divisible by 8, the last is read, not stored

  var totalL = b[left];
  var totalR = b[right];
  for (var block = 0u; block < dims.K; block += SUM) {
    let end = min(block + SUM, dims.K);
    var sumL = vec4f(0.0);
    var sumR = vec4f(0.0);
    for (var k = block; k < end; k++) {
      let xk = vec4f(x[k]);
      sumL = fma(xk, w[k * N4 + left], sumL);
      sumR = fma(xk, w[k * N4 + right], sumR);
    }
    totalL += sumL;
    totalR += sumR;
  }
  y[left] = select(totalL, rectify(totalL), dims.relu == 1u);
  if (left + 1u < N4) { y[right] = select(totalR, rectify(totalR), dims.relu == 1u); }
}
