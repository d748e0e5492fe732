enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu
//
// Layout   x (N, H, W, C) of halves, 2 to a word; w (3, 3, C, K) and y (N, P, Q, K) of halves, 8 at a time as words of 16 bytes; b (K)
//          of floats; row-major; C = 3, K divisible by 64; P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  a workgroup makes 16 rows of 16 pixels by 64 channels, a subgroup 2 of the rows as 2x4 matrices of 16x16 floats. The 18x18
//          pixels of x that they need come into workgroup memory first; then each invocation lays out what one pixel of y is made of:
//          3 times, a row of taps each, 9 halves and a zero, then 2 zeros, 32 in all, for the matrix units to multiply by as many rows
//          of w. At the end 16 pixels of a subgroup at a time pass through workgroup memory, for bias, ReLU and rounding
// Reuse    a word of x is read once for the 3 rows of taps that it is in, and what a pixel is made of serves 64 channels
// Cost     54 flops for each output, which is one half written: 27 flop/byte, bound by writing y
// Before   5_matrix needs channels by 32; here the taps are what is multiplied together

const CHANNELS = 3u;                               // with their taps and zeros, 32 halves: no other number fits
const LINE = 27u;                                  // words of two halves: 18 pixels
const INPUTS = 18u * LINE;
const X_ROW = 5u;                                  // words of 16 bytes, as all sizes below, with one more than needed against conflicts
const W_ROW = 9u;
const Y_ROW = 18u;                                 // two more: 4 rows of 2 floats a lane, as matrices are stored, lie in different banks
const X_TILE = 256u * X_ROW;
const Y_TILE = 16u * Y_ROW;
const SHRINK = 2.0 / 65500.0;

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
var<workgroup> inputs: array<u32, INPUTS>;         // the pixels of x, zeros outside the picture

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let K8 = dims.K / 8u;
  let k8 = group.x * 8u;
  let across = (dims.W + 2u * dims.pad + 13u) / 16u;
  let down = (dims.H + 2u * dims.pad + 13u) / 16u;
  let number = group.y + group.z * groups.y;       // the grid folds into z past 65,535 windows
  let band = number / across;                      // of windows, counted through all pictures
  let n = band / down;
  let window = vec3u(n, (band - n * down) * 16u, (number - band * across) * 16u);
  if (n >= dims.N) { return; }

  // An invocation brings one word of w and up to two of the inputs. All are on their way before one is kept.
  let line = index / 8u;                           // of the 32, of which those of zeros in x are zeros
  let there = line < 30u && line % 10u < 9u;
  let weights = w[select(0u, (line / 10u * 9u + line % 10u) * K8 + k8 + index % 8u, there)];
  let pair0 = pairAt(index, window);
  let pair1 = pairAt(min(index + 256u, INPUTS - 1u), window);
  tiles[X_TILE + line * W_ROW + index % 8u] = select(vec4u(0u), weights, there);
  inputs[index] = pair0;
  if (index + 256u < INPUTS) { inputs[index + 256u] = pair1; }
  workgroupBarrier();

  // Row index / 16, column index % 16. A pixel in an odd column begins in the middle of a word.
  let at = index / 16u * LINE + index % 16u * CHANNELS / 2u;
  let odd = index % 2u == 1u;
  let taps0 = eight(at, odd);
  let taps1 = eight(at + LINE, odd);
  let taps2 = eight(at + 2u * LINE, odd);
  tiles[index * X_ROW] = taps0;
  tiles[index * X_ROW + 1u] = vec4u(ninth(at, odd), taps1.xyz);
  tiles[index * X_ROW + 2u] = vec4u(taps1.w, ninth(at + LINE, odd), taps2.xy);
  tiles[index * X_ROW + 3u] = vec4u(taps2.zw, ninth(at + 2u * LINE, odd), 0u);
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
  finish(0u, index, window, k8);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, yTile, s10, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, yTile + 4u, s11, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, yTile + 8u, s12, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, yTile + 12u, s13, Y_ROW);
  workgroupBarrier();
  finish(1u, index, window, k8);
}

// Two halves of the inputs, zeros outside the picture. In x they lie in one word, or end one and begin the next.
fn pairAt(at: u32, window: vec3u) -> u32 {
  let halves = dims.W * CHANNELS;                  // in a row of x
  let h = window.y + at / LINE - dims.pad;         // -1 wraps to a large number, so one comparison finds both edges
  let v = (window.z - dims.pad) * CHANNELS + at % LINE * 2u;
  let here = h < dims.H && v < halves;
  let next = h < dims.H && v + 1u < halves;
  let origin = (window.x * dims.H + h) * halves + v;
  let first = x[select(0u, origin / 2u, here)];
  let second = x[select(0u, (origin + 1u) / 2u, next)];
  let pair = select((first & 0xffffu) | (second & 0xffff0000u), (first >> 16u) | (second << 16u), origin % 2u == 1u);
  return pair & (select(0u, 0xffffu, here) | select(0u, 0xffff0000u, next));
}

// Eight halves of the inputs, from the second of the first word on if `odd`.
fn eight(at: u32, odd: bool) -> vec4u {
  let even = vec4u(inputs[at], inputs[at + 1u], inputs[at + 2u], inputs[at + 3u]);
  let after = vec4u(even.yzw, inputs[at + 4u]);
  return select(even, (even >> vec4u(16u)) | (after << vec4u(16u)), odd);
}

// The half after them, and a zero: whatever lies there must not be multiplied, since it may be NaN.
fn ninth(at: u32, odd: bool) -> u32 {
  return (inputs[at + 4u] >> select(0u, 16u, odd)) & 0xffffu;
}

// Finishes row `r` of each subgroup's two: an invocation 8 channels of every fourth pixel. Of the 8 that finish a pixel, 4 take its second
// words first, since those and the first ones of the others lie in different banks.
fn finish(r: u32, index: u32, window: vec3u, k8: u32) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K8 = dims.K / 8u;
  let p = window.y + index / 32u * 2u + r;
  let q = window.z + index / 8u % 4u;
  if (p >= P) { return; }

  let to8 = k8 + index % 8u;
  let turn = index / 4u % 2u;
  let turned = turn == 1u;
  let own = index / 32u * Y_TILE + index / 8u % 4u * Y_ROW + index % 8u * 2u;
  let one = own + turn;
  let other = own + 1u - turn;
  let oneBias = b[2u * to8 + turn];
  let otherBias = b[2u * to8 + 1u - turn];
  let one0 = bitcast<vec4f>(tiles[one]) + oneBias;
  let other0 = bitcast<vec4f>(tiles[other]) + otherBias;
  let one1 = bitcast<vec4f>(tiles[one + 4u * Y_ROW]) + oneBias;
  let other1 = bitcast<vec4f>(tiles[other + 4u * Y_ROW]) + otherBias;
  let one2 = bitcast<vec4f>(tiles[one + 8u * Y_ROW]) + oneBias;
  let other2 = bitcast<vec4f>(tiles[other + 8u * Y_ROW]) + otherBias;
  let one3 = bitcast<vec4f>(tiles[one + 12u * Y_ROW]) + oneBias;
  let other3 = bitcast<vec4f>(tiles[other + 12u * Y_ROW]) + otherBias;
  let to = ((window.x * P + p) * Q + q) * K8 + to8;
  if (q < Q) { y[to] = rounded(one0, other0, turned); }
  if (q + 4u < Q) { y[to + 4u * K8] = rounded(one1, other1, turned); }
  if (q + 8u < Q) { y[to + 8u * K8] = rounded(one2, other2, turned); }
  if (q + 12u < Q) { y[to + 12u * K8] = rounded(one3, other3, turned); }
}

// Eight sums, rectified and rounded, the second four first if `turned`. Where all lie within 65,500, as they nearly always do, there is no
// NaN to hand on, and max will do. Shrunk, the others are NaN or at least 2, which their second bit tells.
fn rounded(one: vec4f, other: vec4f, turned: bool) -> vec4u {
  let shrunk = bitcast<vec4u>(one * SHRINK) | bitcast<vec4u>(other * SHRINK);
  var words: vec4u;
  if (((shrunk.x | shrunk.y | shrunk.z | shrunk.w) & 0x40000000u) == 0u) {
    let least = vec4f(select(-65504.0, 0.0, dims.relu == 1u));
    let low = max(one, least);
    let high = max(other, least);
    words = vec4u(pack2x16float(low.xy), pack2x16float(low.zw), pack2x16float(high.xy), pack2x16float(high.zw));
  } else {
    let low = select(one, rectify(one), dims.relu == 1u);
    let high = select(other, rectify(other), dims.relu == 1u);
    words = vec4u(toHalves(low.xy), toHalves(low.zw), toHalves(high.xy), toHalves(high.zw));
  }
  return select(words, words.zwxy, turned);
}
