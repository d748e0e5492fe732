enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu
//
// Layout   x (N, H, W, C), w (3, 3, C, K) and y (N, P, Q, K) of halves, 8 at a time as words of 16 bytes; b (K) of floats;
//          row-major; C divisible by BC, K by 8; P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  the product of a matrix of pixels' neighbourhoods (N P Q, 9 C) and the weights (9 C, K). A workgroup makes a BM x BN
//          tile of it, each of its subgroups a WM x WN part as 16x16 matrices of floats in registers. It walks along 9 C in steps
//          of BC channels of one tap, the 9 taps of a channel after each other: while one step is multiplied, each invocation
//          already fetches its words of the next, and puts them into the other of two buffers. At the end 16 rows of a subgroup
//          at a time pass through workgroup memory, for bias, ReLU and rounding
// Reuse    a word of x serves BN output channels, one of w BM pixels; the 9 taps find most of their pixels in the cache. From
//          workgroup memory a subgroup reads (WM + WN) * 16 halves for WM * WN * 16 products. Rows have a word more than they
//          need, so that 8 rows of a matrix lie in different banks
// Cost     2 * BM * BN flops for 2 * (BM + BN) bytes a channel of a tap: 64 flop/byte at 128x128
// Before   one product an instruction; here a subgroup's matrix unit takes 16x16x16 at once

const BM = 128u;
const BN = 128u;
const BC = 32u;                                    // divisible by 16
const WM = 64u;                                    // as 4 x 2 matrices by name: a driver keeps arrays of matrices in slow memory
const WN = 32u;
const INVOCATIONS = 256u;                          // 32 for each WM x WN of the tile, and 2 words of x and w each
const BUFFERS = 2u;                                // 1 halves the workgroup memory, and adds a barrier a step

const X_ROW = BC / 8u + 1u;                        // words, as all sizes below
const W_ROW = BN / 8u + 1u;
const Y_ROW = WN / 4u + 1u;
const X_TILE = BM * X_ROW;
const TILE = X_TILE + BC * W_ROW;
const Y_TILE = 16u * Y_ROW;

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sums = subgroup_matrix_result<f32, 16, 16>;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4u>;
@group(0) @binding(2) var<storage, read> w: array<vec4u>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4u>;

var<workgroup> tiles: array<vec4u, max(BUFFERS * TILE, INVOCATIONS / 32u * Y_TILE)>;

@compute @workgroup_size(INVOCATIONS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let C8 = dims.C / 8u;
  let K8 = dims.K / 8u;
  let pixels = dims.N * P * Q;
  let m = (group.y + group.z * groups.y) * BM;     // the grid folds into z past 65,535 tiles of pixels
  let k8 = group.x * (BN / 8u);
  let steps = 9u * (dims.C / BC);
  if (m >= pixels) { return; }

  // Where the two words of x and of w that an invocation brings begin, and where they go. Pixels and channels past the edge repeat
  // the last ones; they are not written.
  let first = min(m + index / (BC / 8u), pixels - 1u);
  let second = min(m + (index + INVOCATIONS) / (BC / 8u), pixels - 1u);
  let x0At = corner(first, P, Q) + index % (BC / 8u);
  let x1At = corner(second, P, Q) + index % (BC / 8u);
  let inside0 = tapsInside(first, P, Q);
  let inside1 = tapsInside(second, P, Q);
  let wAt = index / (BN / 8u) * K8 + min(k8 + index % (BN / 8u), K8 - 1u);
  let xTo = index / (BC / 8u) * X_ROW + index % (BC / 8u);
  let wTo = X_TILE + index / (BN / 8u) * W_ROW + index % (BN / 8u);

  let row = subgroup % (BM / WM) * WM;
  let column = subgroup / (BM / WM) * WN;
  var x0: vec4u;
  var x1: vec4u;
  var w0: vec4u;
  var w1: vec4u;
  var s00: Sums;
  var s01: Sums;
  var s10: Sums;
  var s11: Sums;
  var s20: Sums;
  var s21: Sums;
  var s30: Sums;
  var s31: Sums;
  for (var step = 0u; step <= steps; step++) {     // fetches this step, multiplies the one before
    if (step < steps) {
      let tap = step % 9u;
      let c = step / 9u * BC;
      let xStep = (tap / 3u * dims.W + tap % 3u) * C8 + c / 8u;
      let there0 = ((inside0 >> tap) & 1u) == 1u;
      let there1 = ((inside1 >> tap) & 1u) == 1u;
      x0 = select(vec4u(0u), x[select(0u, x0At + xStep, there0)], there0);
      x1 = select(vec4u(0u), x[select(0u, x1At + xStep, there1)], there1);
      let wStep = wAt + (tap * dims.C + c) * K8;
      w0 = w[wStep];
      w1 = w[wStep + INVOCATIONS / (BN / 8u) * K8];
    }

    if (step > 0u) {
      let xTile = (step - 1u) % BUFFERS * TILE + row * X_ROW;
      let wTile = (step - 1u) % BUFFERS * TILE + X_TILE + column / 8u;
      for (var k = 0u; k < BC / 16u; k++) {
        let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + k * 2u, X_ROW);
        let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW + k * 2u, X_ROW);
        let a2 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 32u * X_ROW + k * 2u, X_ROW);
        let a3 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 48u * X_ROW + k * 2u, X_ROW);
        let b0 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + k * 16u * W_ROW, W_ROW);
        s00 = subgroupMatrixMultiplyAccumulate(a0, b0, s00);
        s10 = subgroupMatrixMultiplyAccumulate(a1, b0, s10);
        s20 = subgroupMatrixMultiplyAccumulate(a2, b0, s20);
        s30 = subgroupMatrixMultiplyAccumulate(a3, b0, s30);
        let b1 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + k * 16u * W_ROW + 2u, W_ROW);
        s01 = subgroupMatrixMultiplyAccumulate(a0, b1, s01);
        s11 = subgroupMatrixMultiplyAccumulate(a1, b1, s11);
        s21 = subgroupMatrixMultiplyAccumulate(a2, b1, s21);
        s31 = subgroupMatrixMultiplyAccumulate(a3, b1, s31);
      }
      if (BUFFERS == 1u) { workgroupBarrier(); }
    }

    if (step < steps) {
      let tile = step % BUFFERS * TILE;
      tiles[tile + xTo] = x0;
      tiles[tile + xTo + INVOCATIONS / (BC / 8u) * X_ROW] = x1;
      tiles[tile + wTo] = w0;
      tiles[tile + wTo + INVOCATIONS / (BN / 8u) * W_ROW] = w1;
    }
    workgroupBarrier();
  }

  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s00, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s01, Y_ROW);
  workgroupBarrier();
  store(0u, index, m, k8, pixels);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s10, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s11, Y_ROW);
  workgroupBarrier();
  store(1u, index, m, k8, pixels);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s20, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s21, Y_ROW);
  workgroupBarrier();
  store(2u, index, m, k8, pixels);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s30, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s31, Y_ROW);
  workgroupBarrier();
  store(3u, index, m, k8, pixels);
  workgroupBarrier();
}

// The word of x where the neighbourhood of a pixel of y begins; above or left of x it wraps, and its taps there are not read.
fn corner(pixel: u32, P: u32, Q: u32) -> u32 {
  let h = pixel / Q % P - dims.pad;
  let v = pixel % Q - dims.pad;
  return ((pixel / (P * Q) * dims.H + h) * dims.W + v) * (dims.C / 8u);
}

// Which of the 9 taps of a pixel of y lie inside x, a bit each.
fn tapsInside(pixel: u32, P: u32, Q: u32) -> u32 {
  let h = pixel / Q % P - dims.pad;                // -1 wraps to a large number, so one comparison finds both edges
  let v = pixel % Q - dims.pad;
  let across = select(0u, 1u, v < dims.W) | select(0u, 2u, v + 1u < dims.W) | select(0u, 4u, v + 2u < dims.W);
  return select(0u, across, h < dims.H) | select(0u, across << 3u, h + 1u < dims.H) | select(0u, across << 6u, h + 2u < dims.H);
}

// Finishes the 16 rows from 16 i on of each subgroup's part.
fn store(i: u32, index: u32, m: u32, k8: u32, pixels: u32) {
  let K8 = dims.K / 8u;
  for (var at = index; at < INVOCATIONS / 32u * 16u * (WN / 8u); at += INVOCATIONS) {
    let part = at / (16u * (WN / 8u));             // the subgroup that made it
    let r = at / (WN / 8u) % 16u;
    let c8 = at % (WN / 8u);
    let to = m + part % (BM / WM) * WM + i * 16u + r;
    let to8 = k8 + part / (BM / WM) * (WN / 8u) + c8;
    if (to < pixels && to8 < K8) {
      let word = part * Y_TILE + r * Y_ROW + c8 * 2u;
      y[to * K8 + to8] = finished(tiles[word], tiles[word + 1u], to8);
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
