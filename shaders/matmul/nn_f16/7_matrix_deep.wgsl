enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N) and y (M, N) of halves, 8 at a time as words of 16 bytes; b (N) of floats; row-major; K divisible by 64,
//          N by 8
// Mapping  a workgroup makes a 128x128 tile of y, each of its subgroups a 64x32 part as 16x16 matrices of floats in registers. It walks
//          along k in steps of 64: while one step is multiplied, each invocation already fetches its words of the next, and puts them
//          in its place between two barriers. At the end 32 rows of a subgroup at a time pass through workgroup memory, for bias,
//          ReLU and rounding
// Reuse    a word of x serves 128 columns, one of w 128 rows; from workgroup memory a subgroup reads 96 * 16 halves for 64 * 32 * 16
//          products. Rows have a word more than they need, so that 8 rows of a matrix lie in different banks
// Cost     2 * 128 * 128 flops for 2 * 256 bytes a step of k: 64 flop/byte
// Before   6_matrix walks in steps of 32, with a barrier for every 16 products of a subgroup; here 32 lie between two

const X_ROW = 9u;                                  // words of 16 bytes, as all sizes below
const W_ROW = 17u;
const Y_ROW = 9u;
const X_TILE = 128u * X_ROW;
const Y_TILE = 32u * Y_ROW;

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sums = subgroup_matrix_result<f32, 16, 16>;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4u>;
@group(0) @binding(2) var<storage, read> w: array<vec4u>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4u>;

var<workgroup> tiles: array<vec4u, 8u * Y_TILE>;   // first X_TILE words of x and 64 rows of w, then sums

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let N8 = dims.N / 8u;
  let K8 = dims.K / 8u;
  let m = (group.y + group.z * groups.y) * 128u;   // the grid folds into z past 65,535 tiles of rows
  let n8 = group.x * 16u;
  let steps = dims.K / 64u;
  if (m >= dims.M) { return; }

  // Rows and columns past the edge repeat the last ones; they are not written.
  let rowOfX = m + index / 8u;
  let x0At = min(rowOfX, dims.M - 1u) * K8 + index % 8u;
  let x1At = min(rowOfX + 32u, dims.M - 1u) * K8 + index % 8u;
  let x2At = min(rowOfX + 64u, dims.M - 1u) * K8 + index % 8u;
  let x3At = min(rowOfX + 96u, dims.M - 1u) * K8 + index % 8u;
  let wAt = index / 16u * N8 + min(n8 + index % 16u, N8 - 1u);
  let xTo = index / 8u * X_ROW + index % 8u;
  let wTo = X_TILE + index / 16u * W_ROW + index % 16u;

  let xTile = subgroup % 2u * 64u * X_ROW;
  let wTile = X_TILE + subgroup / 2u * 4u;
  var x0 = x[x0At];
  var x1 = x[x1At];
  var x2 = x[x2At];
  var x3 = x[x3At];
  var w0 = w[wAt];
  var w1 = w[wAt + 16u * N8];
  var w2 = w[wAt + 32u * N8];
  var w3 = w[wAt + 48u * N8];
  tiles[xTo] = x0;
  tiles[xTo + 32u * X_ROW] = x1;
  tiles[xTo + 64u * X_ROW] = x2;
  tiles[xTo + 96u * X_ROW] = x3;
  tiles[wTo] = w0;
  tiles[wTo + 16u * W_ROW] = w1;
  tiles[wTo + 32u * W_ROW] = w2;
  tiles[wTo + 48u * W_ROW] = w3;
  workgroupBarrier();
  var s00: Sums;
  var s01: Sums;
  var s10: Sums;
  var s11: Sums;
  var s20: Sums;
  var s21: Sums;
  var s30: Sums;
  var s31: Sums;
  for (var step = 0u; step < steps; step++) {
    let more = step + 1u < steps;
    if (more) {
      x0 = x[x0At + (step + 1u) * 8u];
      x1 = x[x1At + (step + 1u) * 8u];
      x2 = x[x2At + (step + 1u) * 8u];
      x3 = x[x3At + (step + 1u) * 8u];
      w0 = w[wAt + (step * 64u + 64u) * N8];
      w1 = w[wAt + (step * 64u + 80u) * N8];
      w2 = w[wAt + (step * 64u + 96u) * N8];
      w3 = w[wAt + (step * 64u + 112u) * N8];
    }
    {
      let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile, X_ROW);
      let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW, X_ROW);
      let a2 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 32u * X_ROW, X_ROW);
      let a3 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 48u * X_ROW, X_ROW);
      let b0 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile, W_ROW);
      s00 = subgroupMatrixMultiplyAccumulate(a0, b0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(a1, b0, s10);
      s20 = subgroupMatrixMultiplyAccumulate(a2, b0, s20);
      s30 = subgroupMatrixMultiplyAccumulate(a3, b0, s30);
      let b1 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 2u, W_ROW);
      s01 = subgroupMatrixMultiplyAccumulate(a0, b1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(a1, b1, s11);
      s21 = subgroupMatrixMultiplyAccumulate(a2, b1, s21);
      s31 = subgroupMatrixMultiplyAccumulate(a3, b1, s31);
    }
    {
      let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 2u, X_ROW);
      let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW + 2u, X_ROW);
      let a2 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 32u * X_ROW + 2u, X_ROW);
      let a3 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 48u * X_ROW + 2u, X_ROW);
      let b0 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 16u * W_ROW, W_ROW);
      s00 = subgroupMatrixMultiplyAccumulate(a0, b0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(a1, b0, s10);
      s20 = subgroupMatrixMultiplyAccumulate(a2, b0, s20);
      s30 = subgroupMatrixMultiplyAccumulate(a3, b0, s30);
      let b1 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 16u * W_ROW + 2u, W_ROW);
      s01 = subgroupMatrixMultiplyAccumulate(a0, b1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(a1, b1, s11);
      s21 = subgroupMatrixMultiplyAccumulate(a2, b1, s21);
      s31 = subgroupMatrixMultiplyAccumulate(a3, b1, s31);
    }
    {
      let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 4u, X_ROW);
      let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW + 4u, X_ROW);
      let a2 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 32u * X_ROW + 4u, X_ROW);
      let a3 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 48u * X_ROW + 4u, X_ROW);
      let b0 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 32u * W_ROW, W_ROW);
      s00 = subgroupMatrixMultiplyAccumulate(a0, b0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(a1, b0, s10);
      s20 = subgroupMatrixMultiplyAccumulate(a2, b0, s20);
      s30 = subgroupMatrixMultiplyAccumulate(a3, b0, s30);
      let b1 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 32u * W_ROW + 2u, W_ROW);
      s01 = subgroupMatrixMultiplyAccumulate(a0, b1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(a1, b1, s11);
      s21 = subgroupMatrixMultiplyAccumulate(a2, b1, s21);
      s31 = subgroupMatrixMultiplyAccumulate(a3, b1, s31);
    }
    {
      let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 6u, X_ROW);
      let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW + 6u, X_ROW);
      let a2 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 32u * X_ROW + 6u, X_ROW);
      let a3 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 48u * X_ROW + 6u, X_ROW);
      let b0 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 48u * W_ROW, W_ROW);
      s00 = subgroupMatrixMultiplyAccumulate(a0, b0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(a1, b0, s10);
      s20 = subgroupMatrixMultiplyAccumulate(a2, b0, s20);
      s30 = subgroupMatrixMultiplyAccumulate(a3, b0, s30);
      let b1 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 48u * W_ROW + 2u, W_ROW);
      s01 = subgroupMatrixMultiplyAccumulate(a0, b1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(a1, b1, s11);
      s21 = subgroupMatrixMultiplyAccumulate(a2, b1, s21);
      s31 = subgroupMatrixMultiplyAccumulate(a3, b1, s31);
    }
    workgroupBarrier();
    if (more) {
      tiles[xTo] = x0;
      tiles[xTo + 32u * X_ROW] = x1;
      tiles[xTo + 64u * X_ROW] = x2;
      tiles[xTo + 96u * X_ROW] = x3;
      tiles[wTo] = w0;
      tiles[wTo + 16u * W_ROW] = w1;
      tiles[wTo + 32u * W_ROW] = w2;
      tiles[wTo + 48u * W_ROW] = w3;
    }
    workgroupBarrier();
  }

  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s00, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s01, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 16u * Y_ROW, s10, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 16u * Y_ROW + 4u, s11, Y_ROW);
  workgroupBarrier();
  finish(0u, index, m, n8);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s20, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s21, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 16u * Y_ROW, s30, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 16u * Y_ROW + 4u, s31, Y_ROW);
  workgroupBarrier();
  finish(32u, index, m, n8);
}

// Finishes the 32 rows from `first` on of each subgroup's part.
fn finish(first: u32, index: u32, m: u32, n8: u32) {
  let N8 = dims.N / 8u;
  for (var at = index; at < 1024u; at += 256u) {
    let part = at / 128u;                          // the subgroup that made it
    let row = at / 4u % 32u;
    let to = m + part % 2u * 64u + first + row;
    let to8 = n8 + part / 2u * 4u + at % 4u;
    if (to < dims.M && to8 < N8) {
      let word = part * Y_TILE + row * Y_ROW + at % 4u * 2u;
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
