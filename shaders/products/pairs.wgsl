// Products of floats on matrix units, which take halves: every float is the sum of two of them, its upper 11 bits and the 11 after those, so
// that three products of halves make one that is off by less than 2^-20 of it. A workgroup makes BM rows of A by BN columns of B, 32 deep at a
// time, a subgroup 64 rows by 32 columns of the sums as 16x16 matrices in registers. While the tiles are multiplied, the next ones are on
// their way from storage.
//
// A half reaches from 2^-24 to 65504, a float much further: rows of A and columns of B are multiplied by powers of two first, which bring
// their largest numbers to between 2^14 and 2^15. The shader puts them in `scalesA` and `scalesB`; see scales.wgsl. What is 2^28 times smaller
// than the largest of its row loses bits, as it does in a sum with it.
//
// Expects BM, BN and INVOCATIONS = BM * BN / 64 in the shader, where BN is 64 or 128 and BM 128; readA(row, depth / 4) and
// readB(depth, column / 4), which give 0 past the end of the depth and for rows and columns anything; and store(row, column / 4, sums).
// Products are written out by name: a driver keeps arrays of matrices in slow memory. The upper bits are cut off as integers: a driver may
// take a float less what it is as a half for 0.

const DEPTH = 32u;
const A_ROW = 5u;                                  // words of 16 bytes, as all sizes below, with one more than needed against conflicts
const B_ROW = BN / 8u + 1u;
const SUM_ROW = 9u;
const A_TILE = BM * A_ROW;                         // of upper halves; as many words of lower ones follow
const B_TILE = DEPTH * B_ROW;
const SUM_TILE = 32u * SUM_ROW;
const A_WORDS = BM * 4u / INVOCATIONS;             // that an invocation brings: 2 or 4; of B it brings 2

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sums = subgroup_matrix_result<f32, 16, 16>;

var<workgroup> tiles: array<vec4u, max(2u * (A_TILE + B_TILE), INVOCATIONS / 32u * SUM_TILE)>;
var<workgroup> scalesA: array<f32, BM>;
var<workgroup> scalesB: array<vec4f, BN / 4u>;

// 8 neighbours along the depth of a row of A, or along a row of B.
struct Eight { low: vec4f, high: vec4f }

var<private> a0: Eight; var<private> a1: Eight; var<private> a2: Eight; var<private> a3: Eight;
var<private> b0: Eight; var<private> b1: Eight;

// 1 / scale.
fn unscaled(scale: vec4f) -> vec4f { return bitcast<vec4f>(vec4u(254u << 23u) - bitcast<vec4u>(scale)); }

fn bringA(row: u32, depth4: u32) -> Eight { return Eight(readA(row, depth4), readA(row, depth4 + 1u)); }
fn bringB(depth: u32, column4: u32) -> Eight { return Eight(readB(depth, column4), readB(depth, column4 + 1u)); }

fn fetch(depth: u32, index: u32) {
  let row = index / 4u;
  let depth4 = depth / 4u + index % 4u * 2u;
  a0 = bringA(row, depth4);
  a1 = bringA(row + INVOCATIONS / 4u, depth4);
  if (A_WORDS > 2u) {
    a2 = bringA(row + INVOCATIONS / 2u, depth4);
    a3 = bringA(row + INVOCATIONS / 4u * 3u, depth4);
  }
  let column4 = index % (BN / 8u) * 2u;
  b0 = bringB(depth + index / (BN / 8u), column4);
  b1 = bringB(depth + index / (BN / 8u) + 16u, column4);
}

// Keeps 8 floats as halves: the upper ones at `to`, the lower ones `apart` words after them.
fn keep(to: u32, apart: u32, low: vec4f, high: vec4f) {
  let up = bitcast<vec4f>((bitcast<vec4u>(low) + vec4u(0x1000u)) & vec4u(0xffffe000u));
  let upper = bitcast<vec4f>((bitcast<vec4u>(high) + vec4u(0x1000u)) & vec4u(0xffffe000u));
  let rest = low - up;
  let others = high - upper;
  tiles[to] = vec4u(pack2x16float(up.xy), pack2x16float(up.zw), pack2x16float(upper.xy), pack2x16float(upper.zw));
  tiles[to + apart] = vec4u(pack2x16float(rest.xy), pack2x16float(rest.zw), pack2x16float(others.xy), pack2x16float(others.zw));
}

fn keepA(row: u32, column: u32, eight: Eight) {
  let scale = scalesA[row];
  keep(row * A_ROW + column, A_TILE, eight.low * scale, eight.high * scale);
}

fn stage(index: u32) {
  let row = index / 4u;
  keepA(row, index % 4u, a0);
  keepA(row + INVOCATIONS / 4u, index % 4u, a1);
  if (A_WORDS > 2u) {
    keepA(row + INVOCATIONS / 2u, index % 4u, a2);
    keepA(row + INVOCATIONS / 4u * 3u, index % 4u, a3);
  }
  let column8 = index % (BN / 8u);
  let low = scalesB[2u * column8];
  let high = scalesB[2u * column8 + 1u];
  let to = 2u * A_TILE + index / (BN / 8u) * B_ROW + column8;
  keep(to, B_TILE, b0.low * low, b0.high * high);
  keep(to + 16u * B_ROW, B_TILE, b1.low * low, b1.high * high);
}

// Adds up the depth from `first` to before `end` and stores the sums.
fn walk(first: u32, end: u32, index: u32, subgroup: u32) {
  let aTile = subgroup % (BM / 64u) * 64u * A_ROW;
  let bTile = 2u * A_TILE + subgroup / (BM / 64u) * 4u;
  var s00: Sums;
  var s01: Sums;
  var s10: Sums;
  var s11: Sums;
  var s20: Sums;
  var s21: Sums;
  var s30: Sums;
  var s31: Sums;
  fetch(first, index);
  for (var depth = first; depth < end; depth += DEPTH) {
    stage(index);
    workgroupBarrier();
    fetch(depth + DEPTH, index);
    {
      let up0 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile, A_ROW);
      let up1 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + 16u * A_ROW, A_ROW);
      let up2 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + 32u * A_ROW, A_ROW);
      let up3 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + 48u * A_ROW, A_ROW);
      let low0 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + A_TILE, A_ROW);
      let low1 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + A_TILE + 16u * A_ROW, A_ROW);
      let low2 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + A_TILE + 32u * A_ROW, A_ROW);
      let low3 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + A_TILE + 48u * A_ROW, A_ROW);
      let right0 = subgroupMatrixLoad<Right, row_major>(&tiles, bTile, B_ROW);
      let rest0 = subgroupMatrixLoad<Right, row_major>(&tiles, bTile + B_TILE, B_ROW);
      s00 = subgroupMatrixMultiplyAccumulate(up0, rest0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(up1, rest0, s10);
      s20 = subgroupMatrixMultiplyAccumulate(up2, rest0, s20);
      s30 = subgroupMatrixMultiplyAccumulate(up3, rest0, s30);
      s00 = subgroupMatrixMultiplyAccumulate(low0, right0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(low1, right0, s10);
      s20 = subgroupMatrixMultiplyAccumulate(low2, right0, s20);
      s30 = subgroupMatrixMultiplyAccumulate(low3, right0, s30);
      s00 = subgroupMatrixMultiplyAccumulate(up0, right0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(up1, right0, s10);
      s20 = subgroupMatrixMultiplyAccumulate(up2, right0, s20);
      s30 = subgroupMatrixMultiplyAccumulate(up3, right0, s30);
      let right1 = subgroupMatrixLoad<Right, row_major>(&tiles, bTile + 2u, B_ROW);
      let rest1 = subgroupMatrixLoad<Right, row_major>(&tiles, bTile + B_TILE + 2u, B_ROW);
      s01 = subgroupMatrixMultiplyAccumulate(up0, rest1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(up1, rest1, s11);
      s21 = subgroupMatrixMultiplyAccumulate(up2, rest1, s21);
      s31 = subgroupMatrixMultiplyAccumulate(up3, rest1, s31);
      s01 = subgroupMatrixMultiplyAccumulate(low0, right1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(low1, right1, s11);
      s21 = subgroupMatrixMultiplyAccumulate(low2, right1, s21);
      s31 = subgroupMatrixMultiplyAccumulate(low3, right1, s31);
      s01 = subgroupMatrixMultiplyAccumulate(up0, right1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(up1, right1, s11);
      s21 = subgroupMatrixMultiplyAccumulate(up2, right1, s21);
      s31 = subgroupMatrixMultiplyAccumulate(up3, right1, s31);
    }
    {
      let up0 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + 2u, A_ROW);
      let up1 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + 16u * A_ROW + 2u, A_ROW);
      let up2 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + 32u * A_ROW + 2u, A_ROW);
      let up3 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + 48u * A_ROW + 2u, A_ROW);
      let low0 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + A_TILE + 2u, A_ROW);
      let low1 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + A_TILE + 16u * A_ROW + 2u, A_ROW);
      let low2 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + A_TILE + 32u * A_ROW + 2u, A_ROW);
      let low3 = subgroupMatrixLoad<Left, row_major>(&tiles, aTile + A_TILE + 48u * A_ROW + 2u, A_ROW);
      let right0 = subgroupMatrixLoad<Right, row_major>(&tiles, bTile + 16u * B_ROW, B_ROW);
      let rest0 = subgroupMatrixLoad<Right, row_major>(&tiles, bTile + B_TILE + 16u * B_ROW, B_ROW);
      s00 = subgroupMatrixMultiplyAccumulate(up0, rest0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(up1, rest0, s10);
      s20 = subgroupMatrixMultiplyAccumulate(up2, rest0, s20);
      s30 = subgroupMatrixMultiplyAccumulate(up3, rest0, s30);
      s00 = subgroupMatrixMultiplyAccumulate(low0, right0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(low1, right0, s10);
      s20 = subgroupMatrixMultiplyAccumulate(low2, right0, s20);
      s30 = subgroupMatrixMultiplyAccumulate(low3, right0, s30);
      s00 = subgroupMatrixMultiplyAccumulate(up0, right0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(up1, right0, s10);
      s20 = subgroupMatrixMultiplyAccumulate(up2, right0, s20);
      s30 = subgroupMatrixMultiplyAccumulate(up3, right0, s30);
      let right1 = subgroupMatrixLoad<Right, row_major>(&tiles, bTile + 16u * B_ROW + 2u, B_ROW);
      let rest1 = subgroupMatrixLoad<Right, row_major>(&tiles, bTile + B_TILE + 16u * B_ROW + 2u, B_ROW);
      s01 = subgroupMatrixMultiplyAccumulate(up0, rest1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(up1, rest1, s11);
      s21 = subgroupMatrixMultiplyAccumulate(up2, rest1, s21);
      s31 = subgroupMatrixMultiplyAccumulate(up3, rest1, s31);
      s01 = subgroupMatrixMultiplyAccumulate(low0, right1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(low1, right1, s11);
      s21 = subgroupMatrixMultiplyAccumulate(low2, right1, s21);
      s31 = subgroupMatrixMultiplyAccumulate(low3, right1, s31);
      s01 = subgroupMatrixMultiplyAccumulate(up0, right1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(up1, right1, s11);
      s21 = subgroupMatrixMultiplyAccumulate(up2, right1, s21);
      s31 = subgroupMatrixMultiplyAccumulate(up3, right1, s31);
    }
    workgroupBarrier();
  }

  subgroupMatrixStore<row_major>(&tiles, subgroup * SUM_TILE, s00, SUM_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * SUM_TILE + 4u, s01, SUM_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * SUM_TILE + 16u * SUM_ROW, s10, SUM_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * SUM_TILE + 16u * SUM_ROW + 4u, s11, SUM_ROW);
  workgroupBarrier();
  finish(0u, index);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * SUM_TILE, s20, SUM_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * SUM_TILE + 4u, s21, SUM_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * SUM_TILE + 16u * SUM_ROW, s30, SUM_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * SUM_TILE + 16u * SUM_ROW + 4u, s31, SUM_ROW);
  workgroupBarrier();
  finish(32u, index);
  workgroupBarrier();                              // another walk may follow
}

// Stores the 32 rows from `first` on of each subgroup's part.
fn finish(first: u32, index: u32) {
  for (var at = index; at < INVOCATIONS * 8u; at += INVOCATIONS) {
    let part = at / 256u;                          // the subgroup that made it
    let row = part % (BM / 64u) * 64u + first + at / 8u % 32u;
    let column4 = part / (BM / 64u) * 8u + at % 8u;
    let sums = bitcast<vec4f>(tiles[part * SUM_TILE + at / 8u % 32u * SUM_ROW + at % 8u]);
    store(row, column4, sums * unscaled(vec4f(scalesA[row])) * unscaled(scalesB[column4]));
  }
}
