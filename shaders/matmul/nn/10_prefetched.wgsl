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

// Sums of whole blocks, with the bias.
var<private> p0: vec4f; var<private> p1: vec4f; var<private> p2: vec4f; var<private> p3: vec4f;
var<private> p4: vec4f; var<private> p5: vec4f; var<private> p6: vec4f; var<private> p7: vec4f;
var<private> q0: vec4f; var<private> q1: vec4f; var<private> q2: vec4f; var<private> q3: vec4f;
var<private> q4: vec4f; var<private> q5: vec4f; var<private> q6: vec4f; var<private> q7: vec4f;

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

fn endOfStep(k: u32) {
  if (k % SUM != 0u && k < dims.K) { return; }
  p0 += s0; p1 += s1; p2 += s2; p3 += s3; p4 += s4; p5 += s5; p6 += s6; p7 += s7;
  q0 += t0; q1 += t1; q2 += t2; q3 += t3; q4 += t4; q5 += t5; q6 += t6; q7 += t7;
  s0 = vec4f(); s1 = vec4f(); s2 = vec4f(); s3 = vec4f(); s4 = vec4f(); s5 = vec4f(); s6 = vec4f(); s7 = vec4f();
  t0 = vec4f(); t1 = vec4f(); t2 = vec4f(); t3 = vec4f(); t4 = vec4f(); t5 = vec4f(); t6 = vec4f(); t7 = vec4f();
}

fn store(m: u32, n4: u32, sum: vec4f) {
  let N4 = dims.N / 4u;
  if (m >= dims.M || n4 >= N4) { return; }
  y[m * N4 + n4] = select(sum, vec4f(0.0), vec4<bool>(dims.relu == 1u) & (sum < vec4f(0.0)));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  firstRow = group.x * 128u;
  firstColumn4 = group.y * 16u;
  let square = squareOf(local);
  let n4 = firstColumn4 + square.tx;
  let right = n4 + 8u;
  let left = b[min(n4, dims.N / 4u - 1u)];
  p0 = left; p1 = left; p2 = left; p3 = left; p4 = left; p5 = left; p6 = left; p7 = left;
  let other = b[min(right, dims.N / 4u - 1u)];
  q0 = other; q1 = other; q2 = other; q3 = other; q4 = other; q5 = other; q6 = other; q7 = other;

  walk(0u, dims.K, local);

  let m = firstRow + square.ty * 4u;
  store(m, n4, p0); store(m + 1u, n4, p1); store(m + 2u, n4, p2); store(m + 3u, n4, p3);
  store(m + 64u, n4, p4); store(m + 65u, n4, p5); store(m + 66u, n4, p6); store(m + 67u, n4, p7);
  store(m, right, q0); store(m + 1u, right, q1); store(m + 2u, right, q2); store(m + 3u, right, q3);
  store(m + 64u, right, q4); store(m + 65u, right, q5); store(m + 66u, right, q6); store(m + 67u, right, q7);
}
