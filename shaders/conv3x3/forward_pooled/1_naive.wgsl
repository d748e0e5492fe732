// y[n,p,q,k] = max over i,j in {0,1} of b[k] + sum over r,s in {0,1,2}, c of x[n, 2p+i+r-pad, 2q+j+s-pad, c] w[r,s,c,k], then max(y, 0)
// if relu. NaN where one of the four is
//
// Layout   x (N, H, W, C), w (3, 3, C, K), b (K), y (N, P/2, Q/2, K), row-major, any shape; P = H + 2 pad - 2, Q = W + 2 pad - 2; odd
//          last rows and columns dropped
// Mapping  one invocation makes one output; invocations run along the flat index of y, so neighbours make neighbouring channels
// Reuse    a weight is read once for the four sums
// Cost     72 C flops and 45 C floats read for each output: 0.4 flop/byte

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

// Channel c of pixel (h, v); 0 outside the picture.
fn load(n: u32, h: u32, v: u32, c: u32) -> f32 {
  if (h >= dims.H || v >= dims.W) { return 0.0; }  // -1 wraps to a large number
  return x[((n * dims.H + h) * dims.W + v) * dims.C + c];
}

fn activate(v: vec4f) -> vec4f { return select(v, rectify(v), dims.relu == 1u); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let P = (dims.H + 2u * dims.pad - 2u) / 2u;
  let Q = (dims.W + 2u * dims.pad - 2u) / 2u;
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.N * P * Q * dims.K) { return; }

  let k = i % dims.K;
  let q = i / dims.K % Q * 2u - dims.pad;
  let p = i / (dims.K * Q) % P * 2u - dims.pad;
  let n = i / (dims.K * Q * P);
  var sums = vec4f(b[k]);
  for (var r = 0u; r < 3u; r++) {
    for (var s = 0u; s < 3u; s++) {
      let tap = (r * 3u + s) * dims.C * dims.K + k;
      for (var c = 0u; c < dims.C; c++) {
        let pixels = vec4f(
          load(n, p + r, q + s, c), load(n, p + r, q + s + 1u, c),
          load(n, p + r + 1u, q + s, c), load(n, p + r + 1u, q + s + 1u, c),
        );
        sums += pixels * w[tap + c * dims.K];
      }
    }
  }
  let v = activate(sums);
  y[i] = larger(larger(larger(vec4f(v.x), vec4f(v.y)), vec4f(v.z)), vec4f(v.w)).x;
}
