// part[block,n,m] = sum over the k of a block of SUM of x[m,k] * w[k,n]; the second pass adds the blocks
//
// Layout   x (M, K), w (K, N), part (blocks, N, 64), row-major; M at most 64; K and N divisible by 4
// Mapping  a workgroup makes 128 n by 64 m of one block of k, an invocation an 8x8 square of it, in registers; see
//          products/tile.wgsl, whose A is w transposed and B x transposed
// Reuse    an element of w is loaded once, for all rows of the batch; one of x once for 128 n
// Cost     16,384 flops for 192 floats loaded a step of k: 21 flop/byte
// Before   8_split reads w once for 8 rows; a tile of 10_prefetched walks all of K, so that a dense layer of 4,096 columns
//          fills 64 workgroups
// Order    as 1_naive

const WORKGROUP = 128u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> part: array<vec4f>;

var<private> firstN4: u32;                         // of the tile

fn readA(n4: u32, k: u32) -> vec4f {
  let N4 = dims.N / 4u;
  return select(vec4f(0.0), w[min(k, dims.K - 1u) * N4 + min(firstN4 + n4, N4 - 1u)], k < dims.K);
}

fn readB(k4: u32, m: u32) -> vec4f {
  let K4 = dims.K / 4u;
  return select(vec4f(0.0), x[min(m, dims.M - 1u) * K4 + min(k4, K4 - 1u)], k4 < K4);
}

fn endOfStep(_k: u32) {}

fn store(n: u32, m4: u32, block: u32, sum: vec4f) {
  if (n < dims.N) { part[(block * dims.N + n) * 16u + m4] = sum; }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  firstN4 = group.x * 32u;
  let block = group.y;
  walk(block * SUM, min(block * SUM + SUM, dims.K), local);

  let square = squareOf(local);
  let n = group.x * 128u + square.ty * 4u;
  let left = square.tx;
  let right = square.tx + 8u;
  store(n, left, block, s0); store(n + 1u, left, block, s1); store(n + 2u, left, block, s2); store(n + 3u, left, block, s3);
  store(n + 64u, left, block, s4); store(n + 65u, left, block, s5); store(n + 66u, left, block, s6); store(n + 67u, left, block, s7);
  store(n, right, block, t0); store(n + 1u, right, block, t1); store(n + 2u, right, block, t2); store(n + 3u, right, block, t3);
  store(n + 64u, right, block, t4); store(n + 65u, right, block, t5); store(n + 66u, right, block, t6); store(n + 67u, right, block, t7);
}
