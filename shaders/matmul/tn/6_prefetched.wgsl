// dw[k,n] = sum over m of x[m,k] * dy[m,n]
//
// Layout   x (M, K), dy (M, N), dw (K, N), row-major; K and N divisible by 4
// Mapping  a workgroup makes a tile of dw of 128 rows by 64 columns, an invocation an 8x8 square of it, in registers; see
//          products/tile.wgsl, whose A is x transposed
// Reuse    an element of x is loaded once for all columns of the tile, one of dy once for 128 rows; from workgroup memory each
//          serves 8 products
// Cost     16,384 flops for 192 floats loaded a step of m: 21 flop/byte
// Before   4_tiled_registers waits for its loads between two barriers, and feeds 32 products from 3 reads
// Order    as 1_naive

const WORKGROUP = 128u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dw: array<vec4f>;

var<private> firstRow4: u32;                       // of the tile
var<private> firstColumn4: u32;
var<private> place: Square;                         // of this invocation in the tile

fn readA(row4: u32, m: u32) -> vec4f {
  let K4 = dims.K / 4u;
  return select(vec4f(0.0), x[min(m, dims.M - 1u) * K4 + min(firstRow4 + row4, K4 - 1u)], m < dims.M);
}

fn readB(m: u32, column4: u32) -> vec4f {
  let N4 = dims.N / 4u;
  return select(vec4f(0.0), dy[min(m, dims.M - 1u) * N4 + min(firstColumn4 + column4, N4 - 1u)], m < dims.M);
}

// Adds the sum of one block to the total, which waits in dw: registers are needed for the next block.
fn add(k: u32, n4: u32, sum: vec4f, first: bool) {
  let N4 = dims.N / 4u;
  if (k >= dims.K || n4 >= N4) { return; }
  let at = k * N4 + n4;
  dw[at] = select(dw[at], vec4f(0.0), first) + sum;
}

fn endOfStep(m: u32) {
  let last = m >= dims.M;
  if (m % SUM != 0u && !last) { return; }
  let first = m <= SUM;
  let k = firstRow4 * 4u + place.ty * 4u;
  let n4 = firstColumn4 + place.tx;
  add(k, n4, s0, first); add(k, n4 + 8u, t0, first);
  add(k + 1u, n4, s1, first); add(k + 1u, n4 + 8u, t1, first);
  add(k + 2u, n4, s2, first); add(k + 2u, n4 + 8u, t2, first);
  add(k + 3u, n4, s3, first); add(k + 3u, n4 + 8u, t3, first);
  add(k + 64u, n4, s4, first); add(k + 64u, n4 + 8u, t4, first);
  add(k + 65u, n4, s5, first); add(k + 65u, n4 + 8u, t5, first);
  add(k + 66u, n4, s6, first); add(k + 66u, n4 + 8u, t6, first);
  add(k + 67u, n4, s7, first); add(k + 67u, n4 + 8u, t7, first);
  s0 = vec4f(); s1 = vec4f(); s2 = vec4f(); s3 = vec4f(); s4 = vec4f(); s5 = vec4f(); s6 = vec4f(); s7 = vec4f();
  t0 = vec4f(); t1 = vec4f(); t2 = vec4f(); t3 = vec4f(); t4 = vec4f(); t5 = vec4f(); t6 = vec4f(); t7 = vec4f();
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  firstRow4 = group.x * 32u;
  firstColumn4 = group.y * 16u;
  place = squareOf(local);
  walk(0u, dims.M, local);
}
