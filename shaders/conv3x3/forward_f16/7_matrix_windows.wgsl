enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu
//
// Layout   x (N, H, W, C), w (3, 3, C, K) and y (N, P, Q, K) of halves, 8 at a time as words of 16 bytes; b (K) of floats;
//          row-major; C divisible by 16, K by 8; P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  a workgroup makes BM / 16 rows of 16 pixels by BN channels. Their window of x, 16 channels at a time, lies in workgroup
//          memory for all 9 taps; a subgroup multiplies 4 rows by 32 channels as 16x16 matrices, and the next words are on their
//          way meanwhile. At the end two rows of a subgroup at a time pass through workgroup memory, for bias, ReLU and rounding
// Reuse    a word of x serves 9 taps of BN channels, one of w BM pixels. From workgroup memory a subgroup reads 96 * 16 halves for
//          64 * 32 * 16 products
// Cost     18 * BM * BN flops for 2 * ((BM / 16 + 2) * 18 + 9 * BN) bytes a channel: 195 flop/byte at 128x128
// Before   5_matrix fetches each pixel 9 times, once for each tap

const BM = 128u;                                   // with a BN of 128, or 256 with 64: pictures of 64 channels need no more
const BN = 128u;
const INVOCATIONS = 256u;                          // BM * BN / 64

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4u>;
@group(0) @binding(2) var<storage, read> w: array<vec4u>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4u>;

// Finishes rows `first` and the one after it of each subgroup's four.
fn finish(first: u32, index: u32, window: vec3u, k8: u32) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K8 = dims.K / 8u;
  for (var at = index; at < INVOCATIONS * 4u; at += INVOCATIONS) {
    let part = at / 128u;                          // the subgroup that made it
    let pixel = at / 4u % 32u;
    let p = window.y + part % (BM / 64u) * 4u + first + pixel / 16u;
    let q = window.z + pixel % 16u;
    let to8 = k8 + part / (BM / 64u) * 4u + at % 4u;
    if (p < P && q < Q && to8 < K8) {
      let word = part * Y_TILE + pixel * Y_ROW + at % 4u * 2u;
      y[((window.x * P + p) * Q + q) * K8 + to8] = finished(tiles[word], tiles[word + 1u], to8);
    }
  }
}

// Eight sums with their bias, rectified and rounded.
fn finished(low: vec4u, high: vec4u, k8: u32) -> vec4u {
  let first = rectified(bitcast<vec4f>(low) + b[2u * k8]);
  let second = rectified(bitcast<vec4f>(high) + b[2u * k8 + 1u]);
  return vec4u(toHalves(first.xy), toHalves(first.zw), toHalves(second.xy), toHalves(second.zw));
}

fn rectified(sum: vec4f) -> vec4f {
  return select(sum, rectify(sum), dims.relu == 1u);
}
