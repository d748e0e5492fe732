// dw[k,n] = sum over m of x[m,k] * dy[m,n]
//
// Layout   x (M, K), dy (M, N), dw (K, N), row-major; any shape
// Mapping  one invocation makes one element; invocations run along the flat index of dw, so neighbours read
//          neighbouring elements of dy and one and the same element of x
// Reuse    none by the program: x is read N times, dy K times
// Cost     2 flops for 2 floats loaded: 0.25 flop/byte where no cache helps
// Order    sums of SUM products, added one after another: the rounding error grows with the roots of SUM and of
//          M / SUM, not of M. Every variant adds in this order

const WORKGROUP = 64u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.K * dims.N) { return; }
  let k = i / dims.N;
  let n = i % dims.N;

  var total = 0.0;
  for (var block = 0u; block < dims.M; block += SUM) {
    let end = min(block + SUM, dims.M);
    var sum = 0.0;
    for (var m = block; m < end; m++) { sum = fma(x[m * dims.K + k], dy[m * dims.N + n], sum); }
    total += sum;
  }
  dw[i] = total;
}
