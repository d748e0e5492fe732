// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu; C = CHANNELS
//
// Layout   x (N, H, W, C), w (3, 3, C, K), b (K), y (N, P, Q, K), row-major; K divisible by 4; P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  a workgroup makes SIDE x SIDE pixels by 64 k; its invocation (i, j) of 16 x 16 makes k 4i to 4i+3 of row j of the square
// Reuse    the pixels that the square reads, and all weights of 64 k, lie in workgroup memory, each read once from x and w; an
//          invocation takes each weight once for its SIDE pixels, and 16 neighbours take the same pixel together
// Cost     18 C flops for each output, which is one float written: at 3 channels 13 flop/byte, bound by writing y
// Before   3_register reads every pixel again for 8 channels, and the weights for 4 pixels

const CHANNELS = 3u;
const SIDE = 16u;                                  // pixels of a side of the square
const WORKGROUP = 256u;
const WINDOW = SIDE + 2u;                          // pixels of x on a side

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

var<workgroup> pixels: array<f32, WINDOW * WINDOW * CHANNELS>;
var<workgroup> weights: array<vec4f, 9u * CHANNELS * 16u>;             // (tap, c, k / 4)

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(num_workgroups) groups: vec3u,
) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K4 = dims.K / 4u;
  let across = (Q + SIDE - 1u) / SIDE;             // squares in a row
  let down = (P + SIDE - 1u) / SIDE;
  let index = group.x + group.z * groups.x;        // the grid folds into z past 65,535 groups
  let square = index % (across * down);
  let n = index / (across * down);
  let top = square / across * SIDE;
  let left = square % across * SIDE;
  if (n >= dims.N) { return; }

  for (var i = local; i < WINDOW * WINDOW * CHANNELS; i += WORKGROUP) {
    let h = top + i / (WINDOW * CHANNELS) - dims.pad;                  // -1 wraps to a large number
    let v = left + i / CHANNELS % WINDOW - dims.pad;
    let inside = h < dims.H && v < dims.W;
    let at = ((n * dims.H + select(0u, h, inside)) * dims.W + select(0u, v, inside)) * CHANNELS + i % CHANNELS;
    pixels[i] = select(0.0, x[at], inside);
  }
  for (var i = local; i < 9u * CHANNELS * 16u; i += WORKGROUP) {
    weights[i] = w[i / 16u * K4 + min(group.y * 16u + i % 16u, K4 - 1u)];
  }
  workgroupBarrier();

  let k = group.y * 16u + local % 16u;
  let row = local / 16u;
  var sums: array<vec4f, SIDE> = array<vec4f, SIDE>();
  for (var r = 0u; r < 3u; r++) {
    for (var c = 0u; c < CHANNELS; c++) {
      let tap = (r * 3u * CHANNELS + c) * 16u + local % 16u;
      let w0 = weights[tap];
      let w1 = weights[tap + CHANNELS * 16u];
      let w2 = weights[tap + 2u * CHANNELS * 16u];
      let at = (row + r) * WINDOW * CHANNELS + c;
      var v0 = pixels[at];
      var v1 = pixels[at + CHANNELS];
      for (var q = 0u; q < SIDE; q++) {
        let v2 = pixels[at + (q + 2u) * CHANNELS];
        sums[q] = fma(vec4f(v2), w2, fma(vec4f(v1), w1, fma(vec4f(v0), w0, sums[q])));
        v0 = v1;
        v1 = v2;
      }
    }
  }

  if (top + row >= P || k >= K4) { return; }
  let out = ((n * P + top + row) * Q + left) * K4 + k;
  for (var q = 0u; q < SIDE; q++) {
    if (left + q >= Q) { continue; }
    let v = sums[q] + b[k];
    y[out + q * K4] = select(v, rectify(v), dims.relu == 1u);
  }
}
