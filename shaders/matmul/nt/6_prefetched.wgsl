// dx[m,k] = sum over n of dy[m,n] * w[k,n]
//
// Layout   dy (M, N), w (K, N), dx (M, K), row-major; K and N divisible by 4
// Mapping  a workgroup makes a tile of dx of 128 rows by 64 columns, an invocation an 8x8 square of it, in registers; see
//          products/tile.wgsl, whose B is w transposed
// Reuse    an element of dy is loaded once for all columns of the tile, one of w once for 128 rows; from workgroup memory each
//          serves 8 products
// Cost     16,384 flops for 192 floats loaded a step of n: 21 flop/byte
// Before   4_tiled_registers waits for its loads between two barriers, and feeds 32 products from 3 reads
// Order    as 1_naive

const WORKGROUP = 128u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;

var<private> firstRow: u32;                        // of the tile
var<private> firstColumn: u32;

// Sums of whole blocks.
var<private> p0: vec4f; var<private> p1: vec4f; var<private> p2: vec4f; var<private> p3: vec4f;
var<private> p4: vec4f; var<private> p5: vec4f; var<private> p6: vec4f; var<private> p7: vec4f;
var<private> q0: vec4f; var<private> q1: vec4f; var<private> q2: vec4f; var<private> q3: vec4f;
var<private> q4: vec4f; var<private> q5: vec4f; var<private> q6: vec4f; var<private> q7: vec4f;

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

fn endOfStep(n: u32) {
  if (n % SUM != 0u && n < dims.N) { return; }
  p0 += s0; p1 += s1; p2 += s2; p3 += s3; p4 += s4; p5 += s5; p6 += s6; p7 += s7;
  q0 += t0; q1 += t1; q2 += t2; q3 += t3; q4 += t4; q5 += t5; q6 += t6; q7 += t7;
  s0 = vec4f(); s1 = vec4f(); s2 = vec4f(); s3 = vec4f(); s4 = vec4f(); s5 = vec4f(); s6 = vec4f(); s7 = vec4f();
  t0 = vec4f(); t1 = vec4f(); t2 = vec4f(); t3 = vec4f(); t4 = vec4f(); t5 = vec4f(); t6 = vec4f(); t7 = vec4f();
}

fn store(m: u32, k4: u32, sum: vec4f) {
  let K4 = dims.K / 4u;
  if (m < dims.M && k4 < K4) { dx[m * K4 + k4] = sum; }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  firstRow = group.x * 128u;
  firstColumn = group.y * 64u;
  walk(0u, dims.N, local);

  let square = squareOf(local);
  let m = firstRow + square.ty * 4u;
  let k4 = firstColumn / 4u + square.tx;
  let right = k4 + 8u;
  store(m, k4, p0); store(m + 1u, k4, p1); store(m + 2u, k4, p2); store(m + 3u, k4, p3);
  store(m + 64u, k4, p4); store(m + 65u, k4, p5); store(m + 66u, k4, p6); store(m + 67u, k4, p7);
  store(m, right, q0); store(m + 1u, right, q1); store(m + 2u, right, q2); store(m + 3u, right, q3);
  store(m + 64u, right, q4); store(m + 65u, right, q5); store(m + 66u, right, q6); store(m + 67u, right, q7);
}
