// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu
//
// Layout   x (N, H, W, C), w (3, 3, C, K), b (K), y (N, P, Q, K), row-major; K divisible by 4; P = H + 2 pad - 2, Q =
//          W + 2 pad - 2
// Mapping  one invocation makes 4 neighbouring channels of one pixel; invocations run along the flat index of y
// Reuse    each x serves 4 outputs
// Cost     72 C flops for 4 outputs, 45 C floats read: 0.4 flop/byte
// Before   1_naive reads one weight for one product; here a 16-byte load brings four, and x is read a quarter as
//          often

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K4 = dims.K / 4u;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= dims.N * P * Q * K4) { return; }

  let k = i % K4;
  let q = i / K4 % Q;
  let p = i / (K4 * Q) % P;
  let n = i / (K4 * Q * P);
  var sum = b[k];
  for (var r = 0u; r < 3u; r++) {
    let h = p + r - dims.pad;                      // -1 wraps to a large number, so one comparison finds both edges
    if (h >= dims.H) { continue; }
    for (var s = 0u; s < 3u; s++) {
      let v = q + s - dims.pad;
      if (v >= dims.W) { continue; }
      let pixel = ((n * dims.H + h) * dims.W + v) * dims.C;
      let tap = (r * 3u + s) * dims.C * K4 + k;
      for (var c = 0u; c < dims.C; c++) {
        let here = tap + c * dims.K;               // HOLE: w counts vectors of 4 here; where is the one of input channel c?
        sum += x[pixel + c] * w[here];
      }
    }
  }
  y[i] = select(sum, rectify(sum), dims.relu == 1u);
}
