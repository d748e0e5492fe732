// dx[m,k] = sum over n of dy[m,n] * w[k,n]; with relu 0 where x[m,k] <= 0
//
// Layout   dy (M, N), w (K, N), x and dx (M, K), row-major; K and N divisible by 4
// Mapping  a workgroup makes a tile of dx of 128 rows by 64 columns, an invocation an 8x8 square of it, in registers; see
//          products/tile.wgsl, whose B is w transposed
// Reuse    an element of dy is loaded once for all columns of the tile, one of w once for 128 rows; from workgroup memory each
//          serves 8 products
// Cost     16,384 flops for 192 floats loaded a step of n: 21 flop/byte
// Before   4_tiled_registers waits for its loads between two barriers, and feeds 32 products from 3 reads
// Order    as 1_naive

const WORKGROUP = 128u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> x: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4f>;

var<private> firstRow: u32;                        // of the tile
var<private> firstColumn: u32;
var<private> place: Square;                         // of this invocation in the tile

fn readA(row: u32, n4: u32) -> vec4f {
  let N4 = dims.N / 4u;
  let m = min(firstRow + row, dims.M - 1u);
  return select(vec4f(0.0), dy[m * N4 + min(n4, N4 - 1u)], n4 < N4);
}

fn readB(n4: u32, column: u32) -> vec4f {
  let N4 = dims.N / 4u;
  let k = min(firstColumn + column, dims.K - 1u);
  return select(vec4f(0.0), w[k * N4 + min(n4, N4 - 1u)], n4 < N4);
}

// Adds the sum of one block to the total, which waits in dx: registers are needed for the next block.
fn add(m: u32, k4: u32, sum: vec4f, first: bool) {
  let K4 = dims.K / 4u;
  if (m >= dims.M || k4 >= K4) { return; }
  let at = m * K4 + k4;
  dx[at] = select(dx[at], vec4f(0.0), first) + sum;
}

fn endOfStep(n: u32) {
  let last = n >= dims.N;
  if (n % SUM != 0u && !last) { return; }
  let first = n <= SUM;
  let m = firstRow + place.ty * 4u;
  let k4 = firstColumn / 4u + place.tx;
  add(m, k4, s0, first); add(m, k4 + 8u, t0, first);
  add(m + 1u, k4, s1, first); add(m + 1u, k4 + 8u, t1, first);
  add(m + 2u, k4, s2, first); add(m + 2u, k4 + 8u, t2, first);
  add(m + 3u, k4, s3, first); add(m + 3u, k4 + 8u, t3, first);
  add(m + 64u, k4, s4, first); add(m + 64u, k4 + 8u, t4, first);
  add(m + 65u, k4, s5, first); add(m + 65u, k4 + 8u, t5, first);
  add(m + 66u, k4, s6, first); add(m + 66u, k4 + 8u, t6, first);
  add(m + 67u, k4, s7, first); add(m + 67u, k4 + 8u, t7, first);
  s0 = vec4f(); s1 = vec4f(); s2 = vec4f(); s3 = vec4f(); s4 = vec4f(); s5 = vec4f(); s6 = vec4f(); s7 = vec4f();
  t0 = vec4f(); t1 = vec4f(); t2 = vec4f(); t3 = vec4f(); t4 = vec4f(); t5 = vec4f(); t6 = vec4f(); t7 = vec4f();
}

// Where x is what a ReLU made, the gradient is that of what the ReLU took: goes through the 16 totals that this invocation has stored. The
// loop ends by relu, so that no compiler writes it out: that, as masking in add, takes drivers on CPUs half a minute.
fn beforeRelu() {
  let K4 = dims.K / 4u;
  for (var i = 0u; i < 16u * dims.relu; i++) {
    let m = firstRow + place.ty * 4u + i / 8u * 64u + i / 2u % 4u;
    let k4 = firstColumn / 4u + place.tx + i % 2u * 8u;
    let at = m * K4 + k4;
    if (m < dims.M && k4 < K4) { dx[at] = rectifyGradient(dx[at], x[at]); }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  firstRow = group.x * 128u;
  firstColumn = group.y * 64u;
  place = squareOf(local);
  walk(0u, dims.N, local);
  beforeRelu();
}
