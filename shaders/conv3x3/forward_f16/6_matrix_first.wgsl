enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu; C = CHANNELS
//
// Layout   x (N, H, W, C) of halves, 2 to a word; w (3, 3, C, K) and y (N, P, Q, K) of halves, 8 at a time as words of 16 bytes; b (K)
//          of floats; row-major; 9 C at most 32, K divisible by 64; P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  the product of pixels' neighbourhoods (N P Q, 9 C, zeros up to 32) and the weights. A workgroup makes 256 pixels by 64
//          channels: each invocation gathers the neighbourhood of one pixel into workgroup memory, then each subgroup multiplies 32
//          of them as 2x4 matrices of 16x16 floats. At the end 16 pixels of a subgroup at a time pass through workgroup memory,
//          for bias, ReLU and rounding
// Reuse    a neighbourhood serves 64 channels; its 9 taps find most pixels in the cache. Rows in workgroup memory have a word more
//          than they need, so that 8 rows of a matrix lie in different banks
// Cost     18 C flops for each output, which is one half written: at 3 channels 27 flop/byte, bound by writing y
// Before   5_matrix needs channels by 32; here the taps are what is multiplied together

const CHANNELS = 3u;
const X_ROW = 5u;                                  // words of 16 bytes, as all sizes below
const W_ROW = 9u;
const Y_ROW = 17u;
const X_TILE = 256u * X_ROW;
const Y_TILE = 16u * Y_ROW;

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sums = subgroup_matrix_result<f32, 16, 16>;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<vec4u>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4u>;

var<workgroup> tiles: array<vec4u, 8u * Y_TILE>;   // first X_TILE words of pixels and 32 rows of weights, then sums

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let pixels = dims.N * (dims.H + 2u * dims.pad - 2u) * (dims.W + 2u * dims.pad - 2u);
  let K8 = dims.K / 8u;
  let m = (group.y + group.z * groups.y) * 256u;   // the grid folds into z past 65,535 tiles of pixels
  let k8 = group.x * 8u;
  if (m >= pixels) { return; }

  gather(min(m + index, pixels - 1u), index * X_ROW);
  let tap = index / 8u;                            // with its channel: a row of w
  let there = tap < 9u * CHANNELS;
  tiles[X_TILE + tap * W_ROW + index % 8u] = select(vec4u(0u), w[select(0u, tap * K8 + k8 + index % 8u, there)], there);
  workgroupBarrier();

  let xTile = subgroup * 32u * X_ROW;
  let a00 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile, X_ROW);
  let a01 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 2u, X_ROW);
  let a10 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW, X_ROW);
  let a11 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW + 2u, X_ROW);
  let b00 = subgroupMatrixLoad<Right, row_major>(&tiles, X_TILE, W_ROW);
  let b01 = subgroupMatrixLoad<Right, row_major>(&tiles, X_TILE + 2u, W_ROW);
  let b02 = subgroupMatrixLoad<Right, row_major>(&tiles, X_TILE + 4u, W_ROW);
  let b03 = subgroupMatrixLoad<Right, row_major>(&tiles, X_TILE + 6u, W_ROW);
  let b10 = subgroupMatrixLoad<Right, row_major>(&tiles, X_TILE + 16u * W_ROW, W_ROW);
  let b11 = subgroupMatrixLoad<Right, row_major>(&tiles, X_TILE + 16u * W_ROW + 2u, W_ROW);
  let b12 = subgroupMatrixLoad<Right, row_major>(&tiles, X_TILE + 16u * W_ROW + 4u, W_ROW);
  let b13 = subgroupMatrixLoad<Right, row_major>(&tiles, X_TILE + 16u * W_ROW + 6u, W_ROW);
  let none = Sums();
  let s00 = subgroupMatrixMultiplyAccumulate(a01, b10, subgroupMatrixMultiplyAccumulate(a00, b00, none));
  let s01 = subgroupMatrixMultiplyAccumulate(a01, b11, subgroupMatrixMultiplyAccumulate(a00, b01, none));
  let s02 = subgroupMatrixMultiplyAccumulate(a01, b12, subgroupMatrixMultiplyAccumulate(a00, b02, none));
  let s03 = subgroupMatrixMultiplyAccumulate(a01, b13, subgroupMatrixMultiplyAccumulate(a00, b03, none));
  let s10 = subgroupMatrixMultiplyAccumulate(a11, b10, subgroupMatrixMultiplyAccumulate(a10, b00, none));
  let s11 = subgroupMatrixMultiplyAccumulate(a11, b11, subgroupMatrixMultiplyAccumulate(a10, b01, none));
  let s12 = subgroupMatrixMultiplyAccumulate(a11, b12, subgroupMatrixMultiplyAccumulate(a10, b02, none));
  let s13 = subgroupMatrixMultiplyAccumulate(a11, b13, subgroupMatrixMultiplyAccumulate(a10, b03, none));
  workgroupBarrier();

  let yTile = subgroup * Y_TILE;
  subgroupMatrixStore<row_major>(&tiles, yTile, s00, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, yTile + 4u, s01, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, yTile + 8u, s02, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, yTile + 12u, s03, Y_ROW);
  workgroupBarrier();
  store(m, index, pixels, k8);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, yTile, s10, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, yTile + 4u, s11, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, yTile + 8u, s12, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, yTile + 12u, s13, Y_ROW);
  workgroupBarrier();
  store(m + 16u, index, pixels, k8);
}

// Puts the neighbourhood of a pixel of y into 4 words: taps with their channels, then zeros.
fn gather(pixel: u32, to: u32) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let n = pixel / (P * Q);
  let h = pixel / Q % P - dims.pad;                // -1 wraps to a large number, so one comparison finds both edges
  let v = pixel % Q - dims.pad;
  for (var word = 0u; word < 4u; word++) {
    var pairs = vec4u(0u);
    for (var i = 0u; i < 4u; i++) {
      let first = word * 8u + i * 2u;
      pairs[i] = half(first, n, h, v) | (half(first + 1u, n, h, v) << 16u);
    }
    tiles[to + word] = pairs;
  }
}

// The bits of the half that tap and channel `at` of a neighbourhood find in x.
fn half(at: u32, n: u32, h: u32, v: u32) -> u32 {
  let row = h + at / (3u * CHANNELS);
  let column = v + at / CHANNELS % 3u;
  if (at >= 9u * CHANNELS || row >= dims.H || column >= dims.W) { return 0u; }
  let origin = ((n * dims.H + row) * dims.W + column) * CHANNELS + at % CHANNELS;
  return (x[origin / 2u] >> (origin % 2u * 16u)) & 0xffffu;
}

// Finishes 16 pixels of each subgroup's 32, beginning with its first from `m` on.
fn store(m: u32, index: u32, pixels: u32, k8: u32) {
  for (var at = index; at < 8u * 16u * 8u; at += 256u) {
    let part = at / 128u;                          // the subgroup that made it
    let to = m + part * 32u + at / 8u % 16u;
    let to8 = k8 + at % 8u;
    if (to < pixels) {
      let word = part * Y_TILE + at / 8u % 16u * Y_ROW + at % 8u * 2u;
      y[to * (dims.K / 8u) + to8] = finished(tiles[word], tiles[word + 1u], to8);
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
