// The 3x3 convolution on matrix units, from windows of pixels that stay in workgroup memory for all 9 taps. A workgroup makes BM / 16 rows
// of 16 pixels by BN channels, a subgroup 4 of the rows by 32 channels, as 16x16 matrices whose rows are neighbouring pixels: the matrix of
// a tap is the same memory, read from another pixel on. Expects dims, x, w, BM, BN and INVOCATIONS = BM * BN / 64 in the shader, and a
// function `finish`, which takes the sums of two rows of each subgroup out of `tiles`.
//
// 16 channels of the window lie in one of two buffers, while those after them come into the other; weights come 3 taps at a time. Products
// are written out, by name: a driver keeps arrays of matrices in slow memory. Rows in workgroup memory have a word more than they need, so
// that 8 of them lie in different banks. No word is read that was not written: the first channels and taps come before the loop.

const PLACES = (BM / 16u + 2u) * 18u;              // pixels of the window, with their neighbours
const X_ROW = 3u;                                  // words of 16 bytes, as all sizes below
const W_ROW = BN / 8u + 1u;
const Y_ROW = 9u;
const X_WORDS = PLACES * 2u;                       // at most 3 for each invocation, as are those of w
const W_WORDS = 48u * (BN / 8u);
const X_TILE = PLACES * X_ROW;
const W_TILE = 48u * W_ROW;
const Y_TILE = 32u * Y_ROW;
const OUTSIDE = 0xffffffffu;

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sums = subgroup_matrix_result<f32, 16, 16>;

var<workgroup> tiles: array<vec4u, max(2u * (X_TILE + W_TILE), INVOCATIONS / 32u * Y_TILE)>;
var<workgroup> places: array<u32, PLACES>;         // the first word of each pixel in x, or OUTSIDE

@compute @workgroup_size(INVOCATIONS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let K8 = dims.K / 8u;
  let k8 = group.x * (BN / 8u);
  let across = (dims.W + 2u * dims.pad + 13u) / 16u;
  let down = (dims.H + 2u * dims.pad - 2u + BM / 16u - 1u) / (BM / 16u);
  let number = group.y + group.z * groups.y;       // the grid folds into z past 65,535 windows
  let window = vec3u(number / (across * down), number / across % down * (BM / 16u), number % across * 16u);
  if (window.x >= dims.N) { return; }
  for (var at = index; at < PLACES; at += INVOCATIONS) { places[at] = place(window, at); }

  // Where the words of w that an invocation brings begin, and where they go. Channels past the edge repeat the last ones, which are not
  // written; a third word, or a second, that a narrow tile does not have is not brought.
  let w0At = weightAt(index, k8, K8);
  let w1At = weightAt(min(index + INVOCATIONS, W_WORDS - 1u), k8, K8);
  let w2At = weightAt(min(index + 2u * INVOCATIONS, W_WORDS - 1u), k8, K8);
  let w0To = 2u * X_TILE + weightTo(index);
  let w1To = 2u * X_TILE + weightTo(index + INVOCATIONS);
  let w2To = 2u * X_TILE + weightTo(index + 2u * INVOCATIONS);
  workgroupBarrier();
  for (var at = index; at < X_WORDS; at += INVOCATIONS) { tiles[at / 2u * X_ROW + at % 2u] = pixels(at, 0u); }
  tiles[w0To] = w[w0At];
  if (index + INVOCATIONS < W_WORDS) { tiles[w1To] = w[w1At]; }
  if (index + 2u * INVOCATIONS < W_WORDS) { tiles[w2To] = w[w2At]; }
  workgroupBarrier();

  let row = subgroup % (BM / 64u) * 4u;            // the first of a subgroup's rows of 16 pixels
  let column = subgroup / (BM / 64u) * 4u;
  let chunks = dims.C / 16u;
  var s00: Sums;
  var s01: Sums;
  var s10: Sums;
  var s11: Sums;
  var s20: Sums;
  var s21: Sums;
  var s30: Sums;
  var s31: Sums;
  var buffer = 0u;                                 // of w
  for (var chunk = 0u; chunk < chunks; chunk++) {  // of 16 channels
    let last = chunk + 1u == chunks;
    for (var down3 = 0u; down3 < 3u; down3++) {    // a row of 3 taps
      let more = down3 < 2u || !last;
      let wNext = select((chunk + 1u) * 16u, (down3 + 1u) * 3u * dims.C + chunk * 16u, down3 < 2u) * K8;
      var w0: vec4u;
      var w1: vec4u;
      var w2: vec4u;
      if (more) {
        w0 = w[w0At + wNext];
        if (W_WORDS > INVOCATIONS) { w1 = w[w1At + wNext]; }
        if (W_WORDS > 2u * INVOCATIONS) { w2 = w[w2At + wNext]; }
      }
      let at = down3 * INVOCATIONS + index;
      let brings = !last && at < X_WORDS;
      var fresh: vec4u;
      if (brings) { fresh = pixels(at, chunk + 1u); }

      let xTile = chunk % 2u * X_TILE + (row + down3) * 18u * X_ROW;
      let wTile = 2u * X_TILE + buffer * W_TILE + column;
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
      }
      {
        let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + X_ROW, X_ROW);
        let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 19u * X_ROW, X_ROW);
        let a2 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 37u * X_ROW, X_ROW);
        let a3 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 55u * X_ROW, X_ROW);
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
        let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 2u * X_ROW, X_ROW);
        let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 20u * X_ROW, X_ROW);
        let a2 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 38u * X_ROW, X_ROW);
        let a3 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 56u * X_ROW, X_ROW);
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

      buffer ^= 1u;
      if (brings) { tiles[(chunk + 1u) % 2u * X_TILE + at / 2u * X_ROW + at % 2u] = fresh; }
      if (more) {
        tiles[w0To + buffer * W_TILE] = w0;
        if (index + INVOCATIONS < W_WORDS) { tiles[w1To + buffer * W_TILE] = w1; }
        if (index + 2u * INVOCATIONS < W_WORDS) { tiles[w2To + buffer * W_TILE] = w2; }
      }
      workgroupBarrier();
    }
  }

  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s00, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s01, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 16u * Y_ROW, s10, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 16u * Y_ROW + 4u, s11, Y_ROW);
  workgroupBarrier();
  finish(0u, index, window, k8);
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE, s20, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 4u, s21, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 16u * Y_ROW, s30, Y_ROW);
  subgroupMatrixStore<row_major>(&tiles, subgroup * Y_TILE + 16u * Y_ROW + 4u, s31, Y_ROW);
  workgroupBarrier();
  finish(2u, index, window, k8);
}

// A word of the window's pixels: 8 channels of a chunk of 16; zeros outside the picture.
fn pixels(at: u32, chunk: u32) -> vec4u {
  let origin = places[at / 2u];
  let inside = origin != OUTSIDE;
  return select(vec4u(0u), x[select(0u, origin + chunk * 2u + at % 2u, inside)], inside);
}

// Where in x a pixel of the window begins.
fn place(window: vec3u, at: u32) -> u32 {
  let h = window.y + at / 18u - dims.pad;          // -1 wraps to a large number, so one comparison finds both edges
  let v = window.z + at % 18u - dims.pad;
  let first = ((window.x * dims.H + h) * dims.W + v) * (dims.C / 8u);
  return select(OUTSIDE, first, h < dims.H && v < dims.W);
}

// Where in w a word of the first 3 taps' first 16 channels is, and where it goes.
fn weightAt(at: u32, k8: u32, K8: u32) -> u32 {
  let line = at / (BN / 8u);
  return (line / 16u * dims.C + line % 16u) * K8 + min(k8 + at % (BN / 8u), K8 - 1u);
}

fn weightTo(at: u32) -> u32 { return at / (BN / 8u) * W_ROW + at % (BN / 8u); }
