enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N) and y (M, N) of halves, 8 at a time as words of 16 bytes; b (N) of floats; row-major; K
//          divisible by BK, N by 8
// Mapping  a workgroup makes a BM x BN tile of y, each of its subgroups a WM x WN part as 16x16 matrices of floats in registers.
//          It walks along k in steps of BK: while one step is multiplied, each invocation already fetches its words of the next,
//          and puts them into the other of two buffers. At the end 16 rows of a subgroup at a time pass through workgroup
//          memory, for bias, ReLU and rounding
// Reuse    a word of x serves BN columns, one of w BM rows; from workgroup memory a subgroup reads (WM + WN) * 16 halves for
//          WM * WN * 16 products. Rows have a word more than they need, so that 8 rows of a matrix lie in different banks
// Cost     2 * BM * BN flops for 2 * (BM + BN) bytes a step of k: 64 flop/byte at 128x128
// Before   one product an instruction; here a subgroup's matrix unit takes 16x16x16 at once

const BM = 128u;
const BN = 128u;
const BK = 32u;                                    // divisible by 16
const WM = 64u;                                    // as 4 x 2 matrices by name: a driver keeps arrays of matrices in slow memory
const WN = 32u;
const INVOCATIONS = 256u;                          // 32 for each WM x WN of the tile, and 2 words of x and w each
const BUFFERS = 2u;                                // 1 halves the workgroup memory, and adds a barrier a step

const X_ROW = BK / 8u + 1u;                        // words, as all sizes below
const W_ROW = BN / 8u + 1u;
const Y_ROW = WN / 4u + 1u;
const X_TILE = BM * X_ROW;
const TILE = X_TILE + BK * W_ROW;
const Y_TILE = 16u * Y_ROW;

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sums = subgroup_matrix_result<f32, 16, 16>;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

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
  let N8 = dims.N / 8u;
  let m = (group.y + group.z * groups.y) * BM;     // the grid folds into z past 65,535 tiles of rows
  let n8 = group.x * (BN / 8u);
  let steps = dims.K / BK;
  if (m >= dims.M) { return; }

  // Rows and columns past the edge repeat the last ones; they are not written.
  let x0At = min(m + index / (BK / 8u), dims.M - 1u) * (dims.K / 8u) + index % (BK / 8u);
  let x1At = min(m + (index + INVOCATIONS) / (BK / 8u), dims.M - 1u) * (dims.K / 8u) + index % (BK / 8u);
  let wAt = index / (BN / 8u) * N8 + min(n8 + index % (BN / 8u), N8 - 1u);
  let xTo = index / (BK / 8u) * X_ROW + index % (BK / 8u);
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
      x0 = x[x0At + step * (BK / 8u)];
      x1 = x[x1At + step * (BK / 8u)];
      w0 = w[wAt + step * BK * N8];
      w1 = w[wAt + (step * BK + INVOCATIONS / (BN / 8u)) * N8];
    }

    if (step > 0u) {
      let xTile = (step - 1u) % BUFFERS * TILE + row * X_ROW;
      let wTile = (step - 1u) % BUFFERS * TILE + X_TILE + column / 8u;
      for (var k = 0u; k < BK / 16u; k++) {
        let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + k * 2u, X_ROW);
        let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW + k * 2u, X_ROW);
        let a2 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 32u * X_ROW + k * 2u, X_ROW);
        let a3 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 48u * X_ROW + k * 2u, X_ROW);
        let bAt = wTile + k * 2u;                  // HOLE: at which word does step k's matrix of w begin?
        let b0 = subgroupMatrixLoad<Right, row_major>(&tiles, bAt, W_ROW);
        s00 = subgroupMatrixMultiplyAccumulate(a0, b0, s00);
        s10 = subgroupMatrixMultiplyAccumulate(a1, b0, s10);
        s20 = subgroupMatrixMultiplyAccumulate(a2, b0, s20);
        s30 = subgroupMatrixMultiplyAccumulate(a3, b0, s30);
        let b1 = subgroupMatrixLoad<Right, row_major>(&tiles, bAt + 2u, W_ROW);
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
      tiles[tile + xTo + INVOCATIONS / (BK / 8u) * X_ROW] = x1;
      tiles[tile + wTo] = w0;
      tiles[tile + wTo + INVOCATIONS / (BN / 8u) * W_ROW] = w1;
    }
    workgroupBarrier();
  }

  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s00, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s01, Y_ROW);
  workgroupBarrier();
  store(0u, index, m, n8, dims.M);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s10, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s11, Y_ROW);
  workgroupBarrier();
  store(1u, index, m, n8, dims.M);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s20, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s21, Y_ROW);
  workgroupBarrier();
  store(2u, index, m, n8, dims.M);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s30, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s31, Y_ROW);
  workgroupBarrier();
  store(3u, index, m, n8, dims.M);
  workgroupBarrier();
}

// Finishes the 16 rows from 16 i on of each subgroup's part.
fn store(i: u32, index: u32, m: u32, n8: u32, M: u32) {
  let N8 = dims.N / 8u;
  for (var at = index; at < INVOCATIONS / 32u * 16u * (WN / 8u); at += INVOCATIONS) {
    let part = at / (16u * (WN / 8u));             // the subgroup that made it
    let r = at / (WN / 8u) % 16u;
    let c8 = at % (WN / 8u);
    let to = m + part % (BM / WM) * WM + i * 16u + r;
    let to8 = n8 + part / (BM / WM) * (WN / 8u) + c8;
    if (to < M && to8 < N8) {
      let word = part * Y_TILE + r * Y_ROW + c8 * 2u;
      y[to * N8 + to8] = finished(tiles[word], tiles[word + 1u], to8);
    }
  }
}

// Eight sums with their bias, rectified and rounded.
fn finished(low: vec4u, high: vec4u, n8: u32) -> vec4u {
  let first = rectified(bitcast<vec4f>(low) + b[2u * n8]);
  let second = rectified(bitcast<vec4f>(high) + b[2u * n8 + 1u]);
  return vec4u(toHalves(first.xy), toHalves(first.zw), toHalves(second.xy), toHalves(second.zw));
}

fn rectified(sum: vec4f) -> vec4f {
  return select(sum, rectify(sum), dims.relu == 1u);
}
