// dw[k,n] = sum over m of x[m,k] * dy[m,n]
//
// Layout   x (M, K), dy (M, N), dw (K, N), row-major; N divisible by 4
// Mapping  one invocation makes 4 neighbouring columns of one row; invocations run along the flat index of dw
// Reuse    an x serves 4 columns; dy is still read K times
// Cost     8 flops for 1 + 4 floats loaded: 0.4 flop/byte
// Before   1_naive loads and stores single floats; here a load of dy and a store of dw are 16 bytes wide
// Order    as 1_naive

const WORKGROUP = 64u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dw: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  let N4 = dims.N / 4u;
  if (i >= dims.K * N4) { return; }
  let k = i / N4;
  let n4 = i % N4;

  var total = vec4f(0.0);
  for (var block = 0u; block < dims.M; block += SUM) {
    let end = min(block + SUM, dims.M);
    var sum = vec4f(0.0);
    for (var m = block; m < end; m++) { sum = fma(vec4f(x[m * dims.K + k]), dy[m * N4 + n4], sum); }
    total += sum;
  }
  dw[i] = total;
}
