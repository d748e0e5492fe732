// dx[n,h,v,c] = sum over r,s in {0,1,2}, k of dy[n, h+pad-r, v+pad-s, k] w[r,s,c,k]; with relu 0 where x[n,h,v,c] <= 0
//
// Layout   dy (N, P, Q, K), w (3, 3, C, K), x and dx (N, H, W, C), row-major, any shape; P = H + 2 pad - 2, Q = W + 2 pad
//          - 2
// Mapping  one invocation makes one element of dx; invocations run along its flat index, so neighbours make
//          neighbouring channels
// Reuse    none by hand: neighbours read the same pixel of dy, which a cache may merge
// Cost     18 K flops for each output, 18 K floats read: 0.25 flop/byte
//
// Where the forward reads x[p+r-pad] for y[p], the gradient of x[h] gathers from every y that read it: p = h + pad -
// r.

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

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
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.N * dims.H * dims.W * dims.C) { return; }

  let c = i % dims.C;
  let v = i / dims.C % dims.W;
  let h = i / (dims.C * dims.W) % dims.H;
  let n = i / (dims.C * dims.W * dims.H);
  var sum = 0.0;
  for (var r = 0u; r < 3u; r++) {
    let p = h + dims.pad - r;                      // -1 wraps to a large number, so one comparison finds both edges
    if (p >= P) { continue; }
    for (var s = 0u; s < 3u; s++) {
      let q = v + dims.pad - s;
      if (q >= Q) { continue; }
      let pixel = ((n * P + p) * Q + q) * dims.K;
      let tap = ((r * 3u + s) * dims.C + c) * dims.K;
      for (var k = 0u; k < dims.K; k++) {
        sum += dy[pixel + k] * w[tap + k];
      }
    }
  }
  dx[i] = beforeRelu(sum, i);
}
