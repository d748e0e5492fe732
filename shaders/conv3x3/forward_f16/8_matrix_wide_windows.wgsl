enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu
//
// Layout   x (N, H, W, C), w (3, 3, C, K) and y (N, P, Q, K) of halves, 8 at a time as words of 16 bytes; b (K) of floats;
//          row-major; C divisible by 32, K by 8; P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  a workgroup makes 16 rows of 16 pixels by 128 channels, a subgroup 4 rows by 64 channels as 16x16 matrices whose rows are
//          neighbouring pixels. The window of x, 32 channels at a time, lies in workgroup memory for all 9 taps, the weights one tap
//          at a time in one of two buffers. The next window waits in registers from the first tap on. At the end a row of a subgroup
//          at a time passes through workgroup memory, for bias, ReLU and rounding
// Reuse    a word of x serves 9 taps of 128 channels, one of w 256 pixels. From workgroup memory a subgroup reads 128 * 16 halves for
//          64 * 64 * 16 products
// Cost     18 * 256 * 128 flops for 2 * (324 + 9 * 128) bytes a channel: 200 flop/byte
// Before   7_matrix_windows reads half as much again from workgroup memory for a product

const PLACES = 324u;                               // 18 x 18 pixels of the window
const X_ROW = 5u;                                  // words of 16 bytes, as all sizes below, with one more than needed against conflicts
const W_ROW = 17u;
const Y_ROW = 17u;
const X_WORDS = PLACES * 4u;
const X_TILE = PLACES * X_ROW;
const W_TILE = 32u * W_ROW;
const Y_TILE = 16u * Y_ROW;
const OUTSIDE = 0xffffffffu;

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sums = subgroup_matrix_result<f32, 16, 16>;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4u>;
@group(0) @binding(2) var<storage, read> w: array<vec4u>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4u>;

var<workgroup> tiles: array<vec4u, X_TILE + 2u * W_TILE>; // then 8 Y_TILE
var<workgroup> places: array<u32, PLACES>;         // the first word of each pixel in x, or OUTSIDE

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let K8 = dims.K / 8u;
  let k8 = group.x * 16u;
  let across = (dims.W + 2u * dims.pad + 13u) / 16u;
  let down = (dims.H + 2u * dims.pad + 13u) / 16u;
  let number = group.y + group.z * groups.y;       // the grid folds into z past 65,535 windows
  let window = vec3u(number / (across * down), number / across % down * 16u, number % across * 16u);
  if (window.x >= dims.N) { return; }
  for (var at = index; at < PLACES; at += 256u) { places[at] = place(window, at); }

  // Where the two words of w that an invocation brings begin, 16 rows apart, and where they go. Channels past the edge repeat the last
  // ones; they are not written.
  let wAt = index / 16u * K8 + min(k8 + index % 16u, K8 - 1u);
  let wTo = X_TILE + index / 16u * W_ROW + index % 16u;
  workgroupBarrier();
  for (var at = index; at < X_WORDS; at += 256u) { tiles[xTo(at)] = pixels(at, 0u); }
  tiles[wTo] = w[wAt];
  tiles[wTo + 16u * W_ROW] = w[wAt + 16u * K8];
  workgroupBarrier();

  let row = subgroup % 4u * 4u;                    // the first of a subgroup's rows of 16 pixels
  let column = subgroup / 4u * 8u;
  let chunks = dims.C / 32u;
  var s00: Sums;
  var s01: Sums;
  var s02: Sums;
  var s03: Sums;
  var s10: Sums;
  var s11: Sums;
  var s12: Sums;
  var s13: Sums;
  var s20: Sums;
  var s21: Sums;
  var s22: Sums;
  var s23: Sums;
  var s30: Sums;
  var s31: Sums;
  var s32: Sums;
  var s33: Sums;
  var buffer = 0u;                                 // of w
  for (var chunk = 0u; chunk < chunks; chunk++) {  // of 32 channels
    let last = chunk + 1u == chunks;
    var x0: vec4u;
    var x1: vec4u;
    var x2: vec4u;
    var x3: vec4u;
    var x4: vec4u;
    var x5: vec4u;
    for (var tap = 0u; tap < 9u; tap++) {
      let more = tap < 8u || !last;
      let wNext = wAt + select((chunk + 1u) * 32u, (tap + 1u) * dims.C + chunk * 32u, tap < 8u) * K8;
      var w0: vec4u;
      var w1: vec4u;
      if (more) {
        w0 = w[wNext];
        w1 = w[wNext + 16u * K8];
      }
      if (tap == 0u && !last) {
        x0 = pixels(index, chunk + 1u);
        x1 = pixels(index + 256u, chunk + 1u);
        x2 = pixels(index + 512u, chunk + 1u);
        x3 = pixels(index + 768u, chunk + 1u);
        x4 = pixels(index + 1024u, chunk + 1u);
        x5 = pixels(min(index + 1280u, X_WORDS - 1u), chunk + 1u);
      }

      let xTile = ((row + tap / 3u) * 18u + tap % 3u) * X_ROW;
      let wTile = X_TILE + buffer * W_TILE + column;
      {
        let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile, X_ROW);
        let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 18u * X_ROW, X_ROW);
        let a2 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 36u * X_ROW, X_ROW);
        let a3 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 54u * X_ROW, X_ROW);
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
        let b2 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 4u, W_ROW);
        s02 = subgroupMatrixMultiplyAccumulate(a0, b2, s02);
        s12 = subgroupMatrixMultiplyAccumulate(a1, b2, s12);
        s22 = subgroupMatrixMultiplyAccumulate(a2, b2, s22);
        s32 = subgroupMatrixMultiplyAccumulate(a3, b2, s32);
        let b3 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 6u, W_ROW);
        s03 = subgroupMatrixMultiplyAccumulate(a0, b3, s03);
        s13 = subgroupMatrixMultiplyAccumulate(a1, b3, s13);
        s23 = subgroupMatrixMultiplyAccumulate(a2, b3, s23);
        s33 = subgroupMatrixMultiplyAccumulate(a3, b3, s33);
      }
      {
        let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 2u, X_ROW);
        let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 18u * X_ROW + 2u, X_ROW);
        let a2 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 36u * X_ROW + 2u, X_ROW);
        let a3 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 54u * X_ROW + 2u, X_ROW);
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
        let b2 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 16u * W_ROW + 4u, W_ROW);
        s02 = subgroupMatrixMultiplyAccumulate(a0, b2, s02);
        s12 = subgroupMatrixMultiplyAccumulate(a1, b2, s12);
        s22 = subgroupMatrixMultiplyAccumulate(a2, b2, s22);
        s32 = subgroupMatrixMultiplyAccumulate(a3, b2, s32);
        let b3 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 16u * W_ROW + 6u, W_ROW);
        s03 = subgroupMatrixMultiplyAccumulate(a0, b3, s03);
        s13 = subgroupMatrixMultiplyAccumulate(a1, b3, s13);
        s23 = subgroupMatrixMultiplyAccumulate(a2, b3, s23);
        s33 = subgroupMatrixMultiplyAccumulate(a3, b3, s33);
      }

      buffer ^= 1u;
      if (more) {
        tiles[wTo + buffer * W_TILE] = w0;
        tiles[wTo + buffer * W_TILE + 16u * W_ROW] = w1;
      }
      if (tap == 8u && !last) {                    // nobody reads this window any more
        workgroupBarrier();
        tiles[xTo(index)] = x0;
        tiles[xTo(index + 256u)] = x1;
        tiles[xTo(index + 512u)] = x2;
        tiles[xTo(index + 768u)] = x3;
        tiles[xTo(index + 1024u)] = x4;
        if (index + 1280u < X_WORDS) { tiles[xTo(index + 1280u)] = x5; }
      }
      workgroupBarrier();
    }
  }

  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s00, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s01, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 8u, s02, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 12u, s03, Y_ROW);
  workgroupBarrier();
  finish(0u, index, window, k8);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s10, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s11, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 8u, s12, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 12u, s13, Y_ROW);
  workgroupBarrier();
  finish(1u, index, window, k8);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s20, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s21, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 8u, s22, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 12u, s23, Y_ROW);
  workgroupBarrier();
  finish(2u, index, window, k8);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s30, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s31, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 8u, s32, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 12u, s33, Y_ROW);
  workgroupBarrier();
  finish(3u, index, window, k8);
}

// A word of the window's pixels: 8 channels of a chunk of 32; zeros outside the picture.
fn pixels(at: u32, chunk: u32) -> vec4u {
  let origin = places[at / 4u];
  let inside = origin != OUTSIDE;
  return select(vec4u(0u), x[select(0u, origin + chunk * 4u + at % 4u, inside)], inside);
}

fn xTo(at: u32) -> u32 { return at / 4u * X_ROW + at % 4u; }

// Where in x a pixel of the window begins.
fn place(window: vec3u, at: u32) -> u32 {
  let h = window.y + at / 18u - dims.pad;          // -1 wraps to a large number, so one comparison finds both edges
  let v = window.z + at % 18u - dims.pad;
  let first = ((window.x * dims.H + h) * dims.W + v) * (dims.C / 8u);
  return select(OUTSIDE, first, h < dims.H && v < dims.W);
}

// Finishes row `r` of each subgroup's four.
fn finish(r: u32, index: u32, window: vec3u, k8: u32) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K8 = dims.K / 8u;
  for (var at = index; at < 1024u; at += 256u) {
    let part = at / 128u;                          // the subgroup that made it
    let pixel = at / 8u % 16u;
    let p = window.y + part % 4u * 4u + r;
    let q = window.z + pixel;
    let to8 = k8 + part / 4u * 8u + at % 8u;
    if (p < P && q < Q && to8 < K8) {
      let word = part * Y_TILE + pixel * Y_ROW + at % 8u * 2u;
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
