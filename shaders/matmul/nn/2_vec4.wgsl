// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N), b (N), y (M, N), row-major; N divisible by 4
// Mapping  one invocation makes 4 neighbouring columns of one row; invocations run along the flat index of y
// Reuse    an x serves 4 columns; w is still read M times
// Cost     8 flops for 1 + 4 floats loaded: 0.4 flop/byte
// Before   1_naive loads w by single floats; here a load is 16 bytes wide, and one index serves 4 products
// Order    as 1_naive

const WORKGROUP = 64u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  let N4 = dims.N / 4u;
  if (i >= dims.M * N4) { return; }
  let n4 = i % N4;
  let row = i / N4 * dims.K;

  var total = b[n4];
  for (var block = 0u; block < dims.K; block += SUM) {
    let end = min(block + SUM, dims.K);
    var sum = vec4f(0.0);
    for (var k = block; k < end; k++) { sum = fma(vec4f(x[row + k]), w[k * N4 + n4], sum); }
    total += sum;
  }
  y[i] = select(total, rectify(total), dims.relu == 1u);
}
