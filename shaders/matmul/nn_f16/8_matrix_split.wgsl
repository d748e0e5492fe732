enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// part[s,m,n] = sum over k in block s of x[m,k] * w[k,n]: first of two passes
//
// Layout   x (M, K) and w (K, N) of halves, 8 at a time as words of 16 bytes; part (K / SUM rounded up, 64, N) of floats; row-major; M
//          at most 64, K divisible by 64, N by 128
// Mapping  a workgroup makes 64 rows by 128 columns from SUM elements of k, each of its subgroups a 32x32 part as 16x16 matrices of
//          floats in registers. It walks along k in steps of 64: while one step is multiplied, each invocation already fetches its
//          words of the next, and puts them in its place between two barriers. Rows past M repeat the last one
// Reuse    a word of x serves 128 columns; one of w all rows, so that w, which is most of what there is to read, is read once. Rows in
//          workgroup memory have a word more than they need, so that 8 rows of a matrix lie in different banks
// Cost     2 * 64 * 128 flops for 2 * 192 bytes a step of k: 43 flop/byte, of which all but 64 rows of w are in the cache
// Before   6_matrix has a workgroup for 128 columns, which few processors share; here each of them has many

const SUM = 1024u;                                 // elements of k that a workgroup sums, divisible by 64

const X_ROW = 9u;                                  // words of 16 bytes, as all sizes below
const W_ROW = 17u;
const X_TILE = 64u * X_ROW;

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sums = subgroup_matrix_result<f32, 16, 16>;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4u>;
@group(0) @binding(2) var<storage, read> w: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> part: array<f32>;

var<workgroup> tiles: array<vec4u, X_TILE + 64u * W_ROW>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let N8 = dims.N / 8u;
  let K8 = dims.K / 8u;
  let begin = group.y * SUM;
  let steps = min(SUM, dims.K - begin) / 64u;

  let x0At = min(index / 8u, dims.M - 1u) * K8 + begin / 8u + index % 8u;
  let x1At = min(index / 8u + 32u, dims.M - 1u) * K8 + begin / 8u + index % 8u;
  let wAt = (begin + index / 16u) * N8 + group.x * 16u + index % 16u;
  let xTo = index / 8u * X_ROW + index % 8u;
  let wTo = X_TILE + index / 16u * W_ROW + index % 16u;

  let row = subgroup % 2u * 32u;
  let column = subgroup / 2u * 32u;
  let xTile = row * X_ROW;
  let wTile = X_TILE + column / 8u;
  var x0 = x[x0At];
  var x1 = x[x1At];
  var w0 = w[wAt];
  var w1 = w[wAt + 16u * N8];
  var w2 = w[wAt + 32u * N8];
  var w3 = w[wAt + 48u * N8];
  tiles[xTo] = x0;
  tiles[xTo + 32u * X_ROW] = x1;
  tiles[wTo] = w0;
  tiles[wTo + 16u * W_ROW] = w1;
  tiles[wTo + 32u * W_ROW] = w2;
  tiles[wTo + 48u * W_ROW] = w3;
  workgroupBarrier();
  var s00: Sums;
  var s01: Sums;
  var s10: Sums;
  var s11: Sums;
  for (var step = 0u; step < steps; step++) {
    let more = step + 1u < steps;
    if (more) {
      x0 = x[x0At + (step + 1u) * 8u];
      x1 = x[x1At + (step + 1u) * 8u];
      w0 = w[wAt + (step * 64u + 64u) * N8];
      w1 = w[wAt + (step * 64u + 80u) * N8];
      w2 = w[wAt + (step * 64u + 96u) * N8];
      w3 = w[wAt + (step * 64u + 112u) * N8];
    }
    {
      let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile, X_ROW);
      let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW, X_ROW);
      let b0 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile, W_ROW);
      s00 = subgroupMatrixMultiplyAccumulate(a0, b0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(a1, b0, s10);
      let b1 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 2u, W_ROW);
      s01 = subgroupMatrixMultiplyAccumulate(a0, b1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(a1, b1, s11);
    }
    {
      let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 2u, X_ROW);
      let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW + 2u, X_ROW);
      let b0 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 16u * W_ROW, W_ROW);
      s00 = subgroupMatrixMultiplyAccumulate(a0, b0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(a1, b0, s10);
      let b1 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 16u * W_ROW + 2u, W_ROW);
      s01 = subgroupMatrixMultiplyAccumulate(a0, b1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(a1, b1, s11);
    }
    {
      let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 4u, X_ROW);
      let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW + 4u, X_ROW);
      let b0 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 32u * W_ROW, W_ROW);
      s00 = subgroupMatrixMultiplyAccumulate(a0, b0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(a1, b0, s10);
      let b1 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 32u * W_ROW + 2u, W_ROW);
      s01 = subgroupMatrixMultiplyAccumulate(a0, b1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(a1, b1, s11);
    }
    {
      let a0 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 6u, X_ROW);
      let a1 = subgroupMatrixLoad<Left, row_major>(&tiles, xTile + 16u * X_ROW + 6u, X_ROW);
      let b0 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 48u * W_ROW, W_ROW);
      s00 = subgroupMatrixMultiplyAccumulate(a0, b0, s00);
      s10 = subgroupMatrixMultiplyAccumulate(a1, b0, s10);
      let b1 = subgroupMatrixLoad<Right, row_major>(&tiles, wTile + 48u * W_ROW + 2u, W_ROW);
      s01 = subgroupMatrixMultiplyAccumulate(a0, b1, s01);
      s11 = subgroupMatrixMultiplyAccumulate(a1, b1, s11);
    }
    workgroupBarrier();
    if (more) {
      tiles[xTo] = x0;
      tiles[xTo + 32u * X_ROW] = x1;
      tiles[wTo] = w0;
      tiles[wTo + 16u * W_ROW] = w1;
      tiles[wTo + 32u * W_ROW] = w2;
      tiles[wTo + 48u * W_ROW] = w3;
    }
    workgroupBarrier();
  }

  let to = (group.y * 64u + row) * dims.N + group.x * 128u + column;
  subgroupMatrixStore<row_major>(&part, to, s00, dims.N);
  subgroupMatrixStore<row_major>(&part, to + 16u, s01, dims.N);
  subgroupMatrixStore<row_major>(&part, to + 16u * dims.N, s10, dims.N);
  subgroupMatrixStore<row_major>(&part, to + 16u * dims.N + 16u, s11, dims.N);
}
