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
const WM = 64u;
const WN = 32u;
const INVOCATIONS = 256u;                          // 32 for each WM x WN of the tile
const BUFFERS = 2u;                                // 1 halves the workgroup memory, and adds a barrier a step
const HALVES = 8u;                                 // in a word
const FLOATS = 4u;

const TM = WM / 16u;
const TN = WN / 16u;
const X_ROW = BK / 8u + 1u;                        // words, as all sizes below
const W_ROW = BN / 8u + 1u;
const Y_ROW = WN / 4u + 1u;
const X_TILE = BM * X_ROW;
const TILE = X_TILE + BK * W_ROW;
const Y_TILE = 16u * Y_ROW;
const X_LOADS = BM * BK / 8u / INVOCATIONS;
const W_LOADS = BK * BN / 8u / INVOCATIONS;

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
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let N8 = dims.N / 8u;
  let m = group.y * BM;
  let n8 = group.x * (BN / 8u);
  let steps = dims.K / BK;

  // Rows and columns past the edge repeat the last ones; they are not written.
  var xAt: array<u32, X_LOADS>;
  for (var i = 0u; i < X_LOADS; i++) {
    let at = index + i * INVOCATIONS;
    xAt[i] = min(m + at / (BK / 8u), dims.M - 1u) * (dims.K / 8u) + at % (BK / 8u);
  }
  var wAt: array<u32, W_LOADS>;
  for (var i = 0u; i < W_LOADS; i++) {
    let at = index + i * INVOCATIONS;
    wAt[i] = at / (BN / 8u) * N8 + min(n8 + at % (BN / 8u), N8 - 1u);
  }

  let row = subgroup % (BM / WM) * WM;
  let column = subgroup / (BM / WM) * WN;
  var xs: array<vec4u, X_LOADS>;
  var ws: array<vec4u, W_LOADS>;
  var sums: array<array<Sums, TN>, TM>;
  for (var step = 0u; step <= steps; step++) {     // fetches this step, multiplies the one before
    if (step < steps) {
      for (var i = 0u; i < X_LOADS; i++) { xs[i] = x[xAt[i] + step * (BK / 8u)]; }
      for (var i = 0u; i < W_LOADS; i++) { ws[i] = w[wAt[i] + step * BK * N8]; }
    }

    if (step > 0u) {
      let xTile = (step - 1u) % BUFFERS * TILE + row * X_ROW;
      let wTile = (step - 1u) % BUFFERS * TILE + X_TILE + column / 8u;
      for (var k = 0u; k < BK / 16u; k++) {
        var left: array<Left, TM>;
        for (var i = 0u; i < TM; i++) {
          left[i] = subgroupMatrixLoad<Left, row_major>(&tiles, (xTile + i * 16u * X_ROW + k * 2u) * HALVES, X_ROW * HALVES);
        }
        for (var j = 0u; j < TN; j++) {
          let right = subgroupMatrixLoad<Right, row_major>(&tiles, (wTile + k * 16u * W_ROW + j * 2u) * HALVES, W_ROW * HALVES);
          for (var i = 0u; i < TM; i++) { sums[i][j] = subgroupMatrixMultiplyAccumulate(left[i], right, sums[i][j]); }
        }
      }
      if (BUFFERS == 1u) { workgroupBarrier(); }
    }

    if (step < steps) {
      let tile = step % BUFFERS * TILE;
      for (var i = 0u; i < X_LOADS; i++) {
        let at = index + i * INVOCATIONS;
        tiles[tile + at / (BK / 8u) * X_ROW + at % (BK / 8u)] = xs[i];
      }
      for (var i = 0u; i < W_LOADS; i++) {
        let at = index + i * INVOCATIONS;
        tiles[tile + X_TILE + at / (BN / 8u) * W_ROW + at % (BN / 8u)] = ws[i];
      }
    }
    workgroupBarrier();
  }

  for (var i = 0u; i < TM; i++) {
    for (var j = 0u; j < TN; j++) {
      subgroupMatrixStore<row_major>(&tiles, (subgroup * Y_TILE + j * 4u) * FLOATS, sums[i][j], Y_ROW * FLOATS);
    }
    workgroupBarrier();
    for (var at = index; at < INVOCATIONS / 32u * 16u * (WN / 8u); at += INVOCATIONS) {
      let part = at / (16u * (WN / 8u));               // the subgroup that made it
      let r = at / (WN / 8u) % 16u;
      let c8 = at % (WN / 8u);
      let to = m + part % (BM / WM) * WM + i * 16u + r;
      let to8 = n8 + part / (BM / WM) * (WN / 8u) + c8;
      if (to < dims.M && to8 < N8) {
        let word = part * Y_TILE + r * Y_ROW + c8 * 2u;
        y[to * N8 + to8] = finished(tiles[word], tiles[word + 1u], to8);
      }
    }
    workgroupBarrier();
  }
}

// Eight sums with their bias, rectified and rounded.
fn finished(low: vec4u, high: vec4u, n8: u32) -> vec4u {
  let first = rectified(bitcast<vec4f>(low) + b[2u * n8]);
  let second = rectified(bitcast<vec4f>(high) + b[2u * n8 + 1u]);
  return vec4u(toHalves(first.xy), toHalves(first.zw), toHalves(second.xy), toHalves(second.zw));
}

fn rectified(sum: vec4f) -> vec4f {
  return select(sum, vec4f(0.0), vec4<bool>(dims.relu == 1u) & (sum < vec4f(0.0)));
}
