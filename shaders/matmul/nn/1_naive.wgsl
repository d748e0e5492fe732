// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N), b (N), y (M, N), row-major; any shape
// Mapping  one invocation makes one element; invocations run along the flat index of y, so neighbours read
//          neighbouring elements of w and one and the same element of x
// Reuse    none by the program: x is read N times, w M times
// Cost     2 flops for 2 floats loaded: 0.25 flop/byte where no cache helps
// Order    b, then sums of SUM products, added one after another: the rounding error grows with the roots of SUM and of
//          K / SUM, not of K. Every variant adds in this order, so a row does not depend on its batch or the variant

const WORKGROUP = 64u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.M * dims.N) { return; }
  let n = i % dims.N;
  let row = i / dims.N * dims.K;

  var total = b[n];
  for (var block = 0u; block < dims.K; block += SUM) {
    let end = min(block + SUM, dims.K);
    var sum = 0.0;
    for (var k = block; k < end; k++) { sum = fma(x[row + k], w[k * dims.N + n], sum); }
    total += sum;
  }
  y[i] = select(total, rectify1(total), dims.relu == 1u);
}
