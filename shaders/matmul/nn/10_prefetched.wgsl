// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N), b (N), y (M, N), row-major; K and N divisible by 4
// Mapping  a workgroup makes a tile of y of 128 rows by 64 columns, an invocation an 8x8 square of it, in registers; see
//          products/tile.wgsl
// Reuse    an element of x is loaded once for all columns of the tile, one of w once for 128 rows; from workgroup memory each
//          serves 8 products
// Cost     16,384 flops for 192 floats loaded a step of k: 21 flop/byte; 64 products for 4 reads of 16 bytes from
//          workgroup memory
// Before   4_tiled_registers waits for its loads between two barriers, and feeds 128 products from 12 reads
// Order    as 1_naive

const WORKGROUP = 128u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

var<private> firstRow: u32;                        // of the tile
var<private> firstColumn4: u32;
var<private> place: Square;                         // of this invocation in the tile

fn readA(row: u32, k4: u32) -> vec4f {
  let K4 = dims.K / 4u;
  let m = min(firstRow + row, dims.M - 1u);
  return select(vec4f(0.0), x[m * K4 + min(k4, K4 - 1u)], k4 < K4);
}

fn readB(k: u32, column4: u32) -> vec4f {
  let N4 = dims.N / 4u;
  let n4 = min(firstColumn4 + column4, N4 - 1u);
  return select(vec4f(0.0), w[min(k, dims.K - 1u) * N4 + n4], k < dims.K);
}

// Adds the sum of one block to the total, which waits in y: registers are needed for the next block.
fn add(m: u32, n4: u32, sum: vec4f, first: bool, last: bool) {
  let N4 = dims.N / 4u;
  if (m >= dims.M || n4 >= N4) { return; }
  let at = m * N4 + n4;
  let total = select(y[at], b[n4], first) + sum;
  y[at] = select(total, rectify(total), last && dims.relu == 1u);
}

fn endOfStep(k: u32) {
  let last = k >= dims.K;
  if (k % SUM != 0u && !last) { return; }
  let first = k <= SUM;
  let m = firstRow + place.ty * 4u;
  let n4 = firstColumn4 + place.tx;
  add(m, n4, s0, first, last); add(m, n4 + 8u, t0, first, last);
  add(m + 1u, n4, s1, first, last); add(m + 1u, n4 + 8u, t1, first, last);
  add(m + 2u, n4, s2, first, last); add(m + 2u, n4 + 8u, t2, first, last);
  add(m + 3u, n4, s3, first, last); add(m + 3u, n4 + 8u, t3, first, last);
  add(m + 64u, n4, s4, first, last); add(m + 64u, n4 + 8u, t4, first, last);
  add(m + 65u, n4, s5, first, last); add(m + 65u, n4 + 8u, t5, first, last);
  add(m + 66u, n4, s6, first, last); add(m + 66u, n4 + 8u, t6, first, last);
  add(m + 67u, n4, s7, first, last); add(m + 67u, n4 + 8u, t7, first, last);
  s0 = vec4f(); s1 = vec4f(); s2 = vec4f(); s3 = vec4f(); s4 = vec4f(); s5 = vec4f(); s6 = vec4f(); s7 = vec4f();
  t0 = vec4f(); t1 = vec4f(); t2 = vec4f(); t3 = vec4f(); t4 = vec4f(); t5 = vec4f(); t6 = vec4f(); t7 = vec4f();
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  firstRow = group.x * 128u;
  firstColumn4 = group.y * 16u;
  place = squareOf(local);
  walk(0u, dims.K, local);
}
