enable subgroups;

// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu
//
// Layout   x (N, H, W, CHANNELS), w (3, 3, CHANNELS, K), b (K), y (N, P, Q, K), row-major; K divisible by 2;
//          P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  one invocation makes 2 neighbouring channels of a strip of consecutive rows (n,p), 6 neighbouring pixels at
//          a time; a workgroup makes 8 such of the same strip, so its invocations need the same x
// Reuse    the weights of all taps and channels, two for each, stay in registers for the whole strip; every 8
//          neighbours of a subgroup read 8 columns of x, one each, and hand them round for 36 products
// Cost     72 flops for a float read: 18 flop/byte, less what a strip's weights take
// Before   9_strips_subgroup4 reads the weights again for every 6 pixels; here C is a const, so that they have
//          registers
//
// Expects subgroups whose first 8 invocations take part, all of one workgroup.

const CHANNELS = 3u;                               // C
const WORKGROUP = 8u;
const PIXELS = 256u;                               // of a strip, about

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec2f>;
@group(0) @binding(3) var<storage, read> b: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec2f>;

fn store(at: u32, sum: vec2f) {
  y[at] = select(sum, rectify2(sum), dims.relu == 1u);
}

// m and the products of three taps with the columns of x that one pixel pairs them with.
fn addThree(m: vec2f, w0: vec2f, w1: vec2f, w2: vec2f, x0: f32, x1: f32, x2: f32) -> vec2f {
  return fma(w2, vec2f(x2), fma(w1, vec2f(x1), fma(w0, vec2f(x0), m)));
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
  let K2 = dims.K / 2u;
  let rows = max(1u, PIXELS / Q);
  let first = (group.x + group.z * groups.x) * rows;      // the grid folds into z past 65,535 groups
  let end = min(first + rows, dims.N * P);
  let k = group.y * WORKGROUP + local;
  let own = min(k, K2 - 1u);                       // past the last k, the last one, which is not stored
  let bias = b[own];
  var f: array<vec2f, 9u * CHANNELS>;
  for (var i = 0u; i < 9u * CHANNELS; i++) { f[i] = w[i * K2 + own]; }

  for (var row = first; row < end; row++) {
    let n = row / P;
    let p = row % P;
    for (var q = 0u; q < Q; q += 6u) {
      let v = q + lane % 8u - dims.pad;
      var m0 = bias; var m1 = bias; var m2 = bias; var m3 = bias; var m4 = bias; var m5 = bias;
      for (var r = 0u; r < 3u; r++) {
        let h = p + r - dims.pad;                  // -1 wraps to a large number, so one comparison finds both edges
        let inside = h < dims.H && v < dims.W;
        let at = select(0u, ((n * dims.H + h) * dims.W + v) * CHANNELS, inside);
        for (var c = 0u; c < CHANNELS; c++) {
          let column = select(0.0, x[at + c], inside);
          let x0 = subgroupBroadcast(column, 0u); let x1 = subgroupBroadcast(column, 1u);
          let x2 = subgroupBroadcast(column, 2u); let x3 = subgroupBroadcast(column, 3u);
          let x4 = subgroupBroadcast(column, 4u); let x5 = subgroupBroadcast(column, 5u);
          let x6 = subgroupBroadcast(column, 6u); let x7 = subgroupBroadcast(column, 7u);
          let tap = 3u * r * CHANNELS + c;
          let w0 = f[tap]; let w1 = f[tap + CHANNELS]; let w2 = f[tap + 2u * CHANNELS];
          m0 = addThree(m0, w0, w1, w2, x0, x1, x2);
          m1 = addThree(m1, w0, w1, w2, x1, x2, x3);
          m2 = addThree(m2, w0, w1, w2, x2, x3, x4);
          m3 = addThree(m3, w0, w1, w2, x3, x4, x5);
          m4 = addThree(m4, w0, w1, w2, x4, x5, x6);
          m5 = addThree(m5, w0, w1, w2, x5, x6, x7);
        }
      }
      if (k < K2) {
        let out = (row * Q + q) * K2 + k;
        store(out, m0);
        if (q + 1u < Q) { store(out + K2, m1); }
        if (q + 2u < Q) { store(out + 2u * K2, m2); }
        if (q + 3u < Q) { store(out + 3u * K2, m3); }
        if (q + 4u < Q) { store(out + 4u * K2, m4); }
        if (q + 5u < Q) { store(out + 5u * K2, m5); }
      }
    }
  }
}
