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

// Sums of whole blocks.
var<private> p0: vec4f; var<private> p1: vec4f; var<private> p2: vec4f; var<private> p3: vec4f;
var<private> p4: vec4f; var<private> p5: vec4f; var<private> p6: vec4f; var<private> p7: vec4f;
var<private> q0: vec4f; var<private> q1: vec4f; var<private> q2: vec4f; var<private> q3: vec4f;
var<private> q4: vec4f; var<private> q5: vec4f; var<private> q6: vec4f; var<private> q7: vec4f;

fn readA(row4: u32, m: u32) -> vec4f {
  let K4 = dims.K / 4u;
  return select(vec4f(0.0), x[min(m, dims.M - 1u) * K4 + min(firstRow4 + row4, K4 - 1u)], m < dims.M);
}

fn readB(m: u32, column4: u32) -> vec4f {
  let N4 = dims.N / 4u;
  return select(vec4f(0.0), dy[min(m, dims.M - 1u) * N4 + min(firstColumn4 + column4, N4 - 1u)], m < dims.M);
}

fn endOfStep(m: u32) {
  if (m % SUM != 0u && m < dims.M) { return; }
  p0 += s0; p1 += s1; p2 += s2; p3 += s3; p4 += s4; p5 += s5; p6 += s6; p7 += s7;
  q0 += t0; q1 += t1; q2 += t2; q3 += t3; q4 += t4; q5 += t5; q6 += t6; q7 += t7;
  s0 = vec4f(); s1 = vec4f(); s2 = vec4f(); s3 = vec4f(); s4 = vec4f(); s5 = vec4f(); s6 = vec4f(); s7 = vec4f();
  t0 = vec4f(); t1 = vec4f(); t2 = vec4f(); t3 = vec4f(); t4 = vec4f(); t5 = vec4f(); t6 = vec4f(); t7 = vec4f();
}

fn store(k: u32, n4: u32, sum: vec4f) {
  let N4 = dims.N / 4u;
  if (k < dims.K && n4 < N4) { dw[k * N4 + n4] = sum; }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  firstRow4 = group.x * 32u;
  firstColumn4 = group.y * 16u;
  walk(0u, dims.M, local);

  let square = squareOf(local);
  let k = group.x * 128u + square.ty * 4u;
  let n4 = firstColumn4 + square.tx;
  let right = n4 + 8u;
  store(k, n4, p0); store(k + 1u, n4, p1); store(k + 2u, n4, p2); store(k + 3u, n4, p3);
  store(k + 64u, n4, p4); store(k + 65u, n4, p5); store(k + 66u, n4, p6); store(k + 67u, n4, p7);
  store(k, right, q0); store(k + 1u, right, q1); store(k + 2u, right, q2); store(k + 3u, right, q3);
  store(k + 64u, right, q4); store(k + 65u, right, q5); store(k + 66u, right, q6); store(k + 67u, right, q7);
}
