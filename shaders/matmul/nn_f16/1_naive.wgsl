// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N), y (M, N) of halves, two to a word; b (N) of floats; row-major, any shape
// Mapping  one invocation makes the two outputs of a word, which may belong to two rows where N is odd
// Reuse    none: x is read N times and w M times, as far as caches do not help
// Cost     2 flops for two words read, each for one of its halves: 0.25 flop/byte
// Order    partial sums of SUM products, then those in order, as in matmul/nn
//
// Products and sums are float32; what is stored is rounded to a half. Words are unpacked by functions that every device
// has, so this variant needs no shader-f16.

const WORKGROUP = 64u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<u32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let count = dims.M * dims.N;
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= (count + 1u) / 2u) { return; }
  y[i] = toHalves(vec2f(output(2u * i), output(min(2u * i + 1u, count - 1u))));
}

fn output(i: u32) -> f32 {
  let row = i / dims.N * dims.K;
  let n = i % dims.N;
  var total = b[n];
  for (var start = 0u; start < dims.K; start += SUM) {
    let end = min(start + SUM, dims.K);
    var sum = 0.0;
    for (var k = start; k < end; k++) {
      let atX = row + k;
      let atW = k * dims.N + n;
      sum = fma(halfOf(x[atX / 2u], atX), halfOf(w[atW / 2u], atW), sum);
    }
    total += sum;
  }
  return select(total, rectify1(total), dims.relu == 1u);
}
