enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// y[n,p,q,k] = max over i,j in {0,1} of b[k] + sum over r,s in {0,1,2}, c of x[n, 2p+i+r-pad, 2q+j+s-pad, c] w[r,s,c,k], then
// max(y, 0) if relu. NaN where one of the four is
//
// Layout   x (N, H, W, C), w (3, 3, C, K) and y (N, P/2, Q/2, K) of halves, 8 at a time as words of 16 bytes; b (K) of floats;
//          row-major; C divisible by 16, K by 8; P = H + 2 pad - 2, Q = W + 2 pad - 2; odd last rows and columns dropped
// Mapping  a workgroup makes BM / 16 rows of 16 pixels by BN channels before the pool. Their window of x, 16 channels at a time, lies
//          in workgroup memory for all 9 taps; a subgroup multiplies 4 rows by 32 channels as 16x16 matrices, and the next words are
//          on their way meanwhile. At the end two rows of a subgroup at a time pass through workgroup memory: the 4 outputs of a
//          window of the pool, rounded as they would be stored, become one
// Reuse    a word of x serves 9 taps of BN channels, one of w BM pixels. From workgroup memory a subgroup reads 96 * 16 halves for
//          64 * 32 * 16 products
// Cost     18 * BM * BN flops for 2 * ((BM / 16 + 2) * 18 + 9 * BN) bytes a channel: 195 flop/byte at 128x128
// Before   forward_f16/7_matrix_windows stores 4 outputs, and a pool reads them again

const BM = 128u;                                   // with a BN of 128, or 256 with 64: pictures of 64 channels need no more
const BN = 128u;
const INVOCATIONS = 256u;                          // BM * BN / 64

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4u>;
@group(0) @binding(2) var<storage, read> w: array<vec4u>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4u>;

// Finishes rows `first` and the one after it of each subgroup's four: 8 outputs side by side.
fn finish(first: u32, index: u32, window: vec3u, k8: u32) {
  let P = (dims.H + 2u * dims.pad - 2u) / 2u;
  let Q = (dims.W + 2u * dims.pad - 2u) / 2u;
  let K8 = dims.K / 8u;
  let part = index / 32u;                          // the subgroup that made it
  let p = (window.y + part % (BM / 64u) * 4u + first) / 2u;
  let q = window.z / 2u + index / 4u % 8u;
  let to8 = k8 + part / (BM / 64u) * 4u + index % 4u;
  if (p < P && q < Q && to8 < K8) {
    let word = part * Y_TILE + index / 4u % 8u * 2u * Y_ROW + index % 4u * 2u;
    y[((window.x * P + p) * Q + q) * K8 + to8] = vec4u(pooled(word, b[2u * to8]), pooled(word + 1u, b[2u * to8 + 1u]));
  }
}

// The largest of four pixels' sums in `tiles`, each with its bias, rectified and rounded.
fn pooled(word: u32, bias: vec4f) -> vec2u {
  var m = finished(tiles[word], bias);
  m = larger(m, finished(tiles[word + Y_ROW], bias));
  m = larger(m, finished(tiles[word + 16u * Y_ROW], bias));
  m = larger(m, finished(tiles[word + 17u * Y_ROW], bias));
  return vec2u(toHalves(m.xy), toHalves(m.zw));
}

fn finished(sums: vec4u, bias: vec4f) -> vec4f {
  let sum = bitcast<vec4f>(sums) + bias;
  let u = select(sum, rectify(sum), dims.relu == 1u);
  return vec4f(unpack2x16float(toHalves(u.xy)), unpack2x16float(toHalves(u.zw)));
}
