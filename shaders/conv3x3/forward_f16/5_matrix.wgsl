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
const WM = 64u;
const WN = 32u;
const INVOCATIONS = 256u;                          // 32 for each WM x WN of the tile
const BUFFERS = 2u;                                // 1 halves the workgroup memory, and adds a barrier a step
const HALVES = 8u;                                 // in a word
const FLOATS = 4u;

const TM = WM / 16u;
const TN = WN / 16u;
const X_ROW = BC / 8u + 1u;                        // words, as all sizes below
const W_ROW = BN / 8u + 1u;
const Y_ROW = WN / 4u + 1u;
const X_TILE = BM * X_ROW;
const TILE = X_TILE + BC * W_ROW;
const Y_TILE = 16u * Y_ROW;
const X_LOADS = BM * BC / 8u / INVOCATIONS;
const W_LOADS = BC * BN / 8u / INVOCATIONS;

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

  // Where an invocation's words of x begin, before the first tap, and which of the 9 taps lie inside x, a bit each.
  // Pixels and channels past the edge repeat the last ones; they are not written.
  var xAt: array<u32, X_LOADS>;
  var inside: array<u32, X_LOADS>;
  for (var i = 0u; i < X_LOADS; i++) {
    let at = index + i * INVOCATIONS;
    let pixel = min(m + at / (BC / 8u), pixels - 1u);
    let h = pixel / Q % P - dims.pad;              // -1 wraps to a large number, so one comparison finds both edges
    let v = pixel % Q - dims.pad;
    xAt[i] = ((pixel / (P * Q) * dims.H + h) * dims.W + v) * C8 + at % (BC / 8u);
    let across = select(0u, 1u, v < dims.W) | select(0u, 2u, v + 1u < dims.W) | select(0u, 4u, v + 2u < dims.W);
    inside[i] = select(0u, across, h < dims.H) | select(0u, across << 3u, h + 1u < dims.H) | select(0u, across << 6u, h + 2u < dims.H);
  }
  var wAt: array<u32, W_LOADS>;
  for (var i = 0u; i < W_LOADS; i++) {
    let at = index + i * INVOCATIONS;
    wAt[i] = at / (BN / 8u) * K8 + min(k8 + at % (BN / 8u), K8 - 1u);
  }

  let row = subgroup % (BM / WM) * WM;
  let column = subgroup / (BM / WM) * WN;
  var xs: array<vec4u, X_LOADS>;
  var ws: array<vec4u, W_LOADS>;
  var sums: array<array<Sums, TN>, TM>;
  for (var step = 0u; step <= steps; step++) {     // fetches this step, multiplies the one before
    if (step < steps) {
      let tap = step % 9u;
      let c = step / 9u * BC;
      let xStep = (tap / 3u * dims.W + tap % 3u) * C8 + c / 8u;
      for (var i = 0u; i < X_LOADS; i++) {
        let there = ((inside[i] >> tap) & 1u) == 1u;
        xs[i] = select(vec4u(0u), x[select(0u, xAt[i] + xStep, there)], there);
      }
      for (var i = 0u; i < W_LOADS; i++) { ws[i] = w[wAt[i] + (tap * dims.C + c) * K8]; }
    }

    if (step > 0u) {
      let xTile = (step - 1u) % BUFFERS * TILE + row * X_ROW;
      let wTile = (step - 1u) % BUFFERS * TILE + X_TILE + column / 8u;
      for (var k = 0u; k < BC / 16u; k++) {
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
        tiles[tile + at / (BC / 8u) * X_ROW + at % (BC / 8u)] = xs[i];
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
      let to8 = k8 + part / (BM / WM) * (WN / 8u) + c8;
      if (to < pixels && to8 < K8) {
        let word = part * Y_TILE + r * Y_ROW + c8 * 2u;
        y[to * K8 + to8] = finished(tiles[word], tiles[word + 1u], to8);
      }
    }
    workgroupBarrier();
  }
}

// Eight sums with their bias, rectified and rounded.
fn finished(low: vec4u, high: vec4u, k8: u32) -> vec4u {
  let first = rectified(bitcast<vec4f>(low) + b[2u * k8]);
  let second = rectified(bitcast<vec4f>(high) + b[2u * k8 + 1u]);
  return vec4u(toHalves(first.xy), toHalves(first.zw), toHalves(second.xy), toHalves(second.zw));
}

fn rectified(sum: vec4f) -> vec4f {
  return select(sum, vec4f(0.0), vec4<bool>(dims.relu == 1u) & (sum < vec4f(0.0)));
}
