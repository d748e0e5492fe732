// dx[m,k] = sum over n of dy[m,n] * w[k,n]; with relu 0 where x[m,k] <= 0
//
// Layout   dy (M, N), w (K, N), x and dx (M, K), row-major; N divisible by 4
// Mapping  one invocation makes one element, 4 products a step; invocations run along the flat index of dx
// Reuse    none by the program: dy is read K times, w M times
// Cost     8 flops for 8 floats loaded: 0.25 flop/byte where no cache helps
// Before   1_naive loads single floats, and its neighbours' loads of w lie a row apart; here each is 16 bytes wide
// Order    as 1_naive

const WORKGROUP = 64u;
const SUM = 256u;                                  // divisible by 4

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

// Where x is what a ReLU made, the gradient is that of what the ReLU took.
fn beforeRelu(g: f32, at: u32) -> f32 {
  if (dims.relu == 0u) { return g; }
  return rectifyGradient1(g, x[at]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.M * dims.K) { return; }
  let N4 = dims.N / 4u;
  let row = i / dims.K * N4;
  let column = i % dims.K * N4;

  var total = 0.0;
  for (var block = 0u; block < N4; block += SUM / 4u) {
    let end = min(block + SUM / 4u, N4);
    var sum = 0.0;
    for (var n = block; n < end; n++) {
      let g = dy[row + n];
      let v = w[column + n];
      sum = fma(g.w, v.w, fma(g.z, v.z, fma(g.y, v.y, fma(g.x, v.x, sum))));
    }
    total += sum;
  }
  dx[i] = beforeRelu(total, i);
}
