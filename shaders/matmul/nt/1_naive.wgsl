// dx[m,k] = sum over n of dy[m,n] * w[k,n]; with relu 0 where x[m,k] <= 0
//
// Layout   dy (M, N), w (K, N), x and dx (M, K), row-major; any shape
// Mapping  one invocation makes one element; invocations run along the flat index of dx, so neighbours read one and the
//          same element of dy, but elements of w that lie a row apart
// Reuse    none by the program: dy is read K times, w M times
// Cost     2 flops for 2 floats loaded: 0.25 flop/byte where no cache helps
// Order    sums of SUM products, added one after another: the rounding error grows with the roots of SUM and of
//          N / SUM, not of N. Every variant adds in this order

const WORKGROUP = 64u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
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
  let row = i / dims.K * dims.N;
  let column = i % dims.K * dims.N;

  var total = 0.0;
  for (var block = 0u; block < dims.N; block += SUM) {
    let end = min(block + SUM, dims.N);
    var sum = 0.0;
    for (var n = block; n < end; n++) { sum = fma(dy[row + n], w[column + n], sum); }
    total += sum;
  }
  dx[i] = beforeRelu(total, i);
}
