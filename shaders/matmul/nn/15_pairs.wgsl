enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N), b (N), y (M, N), rows (M) and columns (N) of scales, row-major; K and N divisible by 4
// Mapping  a workgroup makes a BM x BN tile of y, a subgroup 64 by 32 of it as 16x16 matrices, each float of x and w as the sum of two
//          halves: three products of halves make one of floats; see products/pairs.wgsl. Matrix units cut sums off where floats are
//          rounded, so no more than SUM products are added up there; the total of such blocks waits in y
// Reuse    halves of BM x 32 numbers of x and 32 x BN of w lie in workgroup memory while all subgroups use them
// Cost     2 * BM * BN flops for BM + BN floats read: at 128x128 32 flop/byte
// Before   10_prefetched makes its products one by one

const BM = 128u;
const BN = 128u;                                   // or 64, where there are no more columns
const INVOCATIONS = 256u;                          // BM * BN / 64
const SUM = 1024u;                                 // divisible by 32

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read> rows: array<f32>;
@group(0) @binding(5) var<storage, read> columns: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;

var<private> firstRow: u32;
var<private> firstColumn: u32;                     // in vec4
var<private> end: u32;                             // of the block

@compute @workgroup_size(INVOCATIONS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  firstRow = group.y * BM;
  firstColumn = group.x * (BN / 4u);
  if (index < BM) { scalesA[index] = rows[min(firstRow + index, dims.M - 1u)]; }
  if (index < BN / 4u) { scalesB[index] = columns[min(firstColumn + index, dims.N / 4u - 1u)]; }
  workgroupBarrier();
  for (var k = 0u; k < dims.K; k += SUM) {
    let stop = min(k + SUM, dims.K);
    end = stop;
    walk(k, stop, index, subgroup);
  }
}

fn readA(row: u32, k4: u32) -> vec4f {
  let K4 = dims.K / 4u;
  let m = min(firstRow + row, dims.M - 1u);        // rows past the end read the last one and are not stored
  return select(vec4f(0.0), x[m * K4 + min(k4, K4 - 1u)], 4u * k4 < end);
}

fn readB(k: u32, column4: u32) -> vec4f {
  let N4 = dims.N / 4u;
  return select(vec4f(0.0), w[min(k, dims.K - 1u) * N4 + min(firstColumn + column4, N4 - 1u)], k < end);
}

fn store(row: u32, column4: u32, sums: vec4f) {
  let m = firstRow + row;
  let n = firstColumn + column4;
  if (m >= dims.M || n >= dims.N / 4u) { return; }
  let at = m * (dims.N / 4u) + n;
  var v = sums;
  if (end > SUM) { v += y[at]; }
  if (end == dims.K) {
    v += b[n];
    v = select(v, rectify(v), dims.relu == 1u);
  }
  y[at] = v;
}
