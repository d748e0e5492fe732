enable subgroups;

// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu
//
// Layout   x (N, H, W, C), w (3, 3, C, K), b (K), y (N, P, Q, K), row-major; K divisible by 4, any C;
//          P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  one invocation makes 4 neighbouring channels of a strip of consecutive rows (n,p), 6 neighbouring pixels at
//          a time; a workgroup makes 8 (or 4) such of the same strip, so its invocations need the same x
// Reuse    every 4 neighbours of a subgroup read 8 columns of x, two each, and hand them round; with 3 taps of 4
//          weights, held in registers, they make 72 products
// Cost     144 flops for 14 floats read: 2.6 flop/byte
// Before   3_register runs along pixels, so that every invocation reads the same weights; here they run along channels
//          and read different ones, and x, which all need, is read by 4 together
//
// Expects subgroups whose first 4 invocations take part, all of one workgroup.

const WORKGROUP = 8u;
const PIXELS = 256u;                               // of a strip, about

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

fn store(at: u32, sum: vec4f) {
  y[at] = select(sum, rectify(sum), dims.relu == 1u);
}

// m and the products of three taps with the columns of x that one pixel pairs them with.
fn addThree(m: vec4f, w0: vec4f, w1: vec4f, w2: vec4f, x0: f32, x1: f32, x2: f32) -> vec4f {
  return fma(w2, vec4f(x2), fma(w1, vec4f(x1), fma(w0, vec4f(x0), m)));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K4 = dims.K / 4u;
  let rows = max(1u, PIXELS / Q);
  let first = (group.x + group.z * groups.x) * rows;      // the grid folds into z past 65,535 groups
  let end = min(first + rows, dims.N * P);
  let k = group.y * WORKGROUP + local;
  let own = min(k, K4 - 1u);                       // past the last k, the last one, which is not stored
  let step = dims.C * K4;                          // from tap to tap
  let bias = b[own];

  for (var row = first; row < end; row++) {
    let n = row / P;
    let p = row % P;
    for (var q = 0u; q < Q; q += 6u) {
      let v = vec2u(0u, 4u) + (q + lane % 4u - dims.pad);
      var m0 = bias; var m1 = bias; var m2 = bias; var m3 = bias; var m4 = bias; var m5 = bias;
      for (var r = 0u; r < 3u; r++) {
        let h = p + r - dims.pad;                  // -1 wraps to a large number, so one comparison finds both edges
        let inside = vec2<bool>(h < dims.H) & (v < vec2u(dims.W));
        let at = select(vec2u(0u), ((n * dims.H + h) * dims.W + v) * dims.C, inside);
        for (var c = 0u; c < dims.C; c++) {
          let near = select(0.0, x[at.x + c], inside.x);
          let far = select(0.0, x[at.y + c], inside.y);
          let x0 = subgroupBroadcast(near, 0u); let x1 = subgroupBroadcast(near, 1u);
          let x2 = subgroupBroadcast(near, 2u); let x3 = subgroupBroadcast(near, 3u);
          let x4 = subgroupBroadcast(far, 0u); let x5 = subgroupBroadcast(far, 1u);
          let x6 = subgroupBroadcast(far, 2u); let x7 = subgroupBroadcast(far, 3u);
          let tap = 3u * r * step + c * K4 + own;
          let w0 = w[tap]; let w1 = w[tap + step]; let w2 = w[tap + 2u * step];
          m0 = addThree(m0, w0, w1, w2, x0, x1, x2);
          m1 = addThree(m1, w0, w1, w2, x1, x2, x3);
          m2 = addThree(m2, w0, w1, w2, x2, x3, x4);
          m3 = addThree(m3, w0, w1, w2, x3, x4, x5);
          m4 = addThree(m4, w0, w1, w2, x4, x5, x6);
          m5 = addThree(m5, w0, w1, w2, x5, x6, x7);
        }
      }
      if (k < K4) {
        let out = (row * Q + q) * K4 + k;
        store(out, m0);
        if (q + 1u < Q) { store(out + K4, m1); }
        if (q + 2u < Q) { store(out + 2u * K4, m2); }
        if (q + 3u < Q) { store(out + 3u * K4, m3); }
        if (q + 4u < Q) { store(out + 4u * K4, m4); }
        if (q + 5u < Q) { store(out + 5u * K4, m5); }
      }
    }
  }
}
