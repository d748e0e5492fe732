enable subgroups;

// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   X (M, K) and W (K, N), sheets that x and w were copied to, b (N), y (M, N), row-major; K and N divisible by 4
// Mapping  one invocation makes 32 rows of 4 neighbouring columns; invocations run along the columns, so a subgroup needs the same 32
//          rows of x. Expects subgroups whose first 8 invocations take part, all of one workgroup
// Reuse    every 8 neighbours of a subgroup read 8 rows of x, one each, and hand them round; 4 columns of 32 rows and 4 rows of w
//          make 512 products. Totals of blocks wait in y
// Cost     1,024 flops for 32 floats read: 8 flop/byte
// Before   13_subgroup8 reads buffers, which costs software that takes lanes one after another 9 instructions a float; a texel of
//          4 floats is read at once, and lanes need only be put across
// Order    as 1_naive

const WORKGROUP = 16u;
const ROWS = 32u;
const SUM = 256u;                                  // divisible by 4

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var X: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var W: texture_storage_2d<rgba32float, read>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

// Four products of a row, one after the other.
fn add(sum: vec4f, v: vec4f, w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f) -> vec4f {
  return fma(vec4f(v.w), w3, fma(vec4f(v.z), w2, fma(vec4f(v.y), w1, fma(vec4f(v.x), w0, sum))));
}

fn oneOf(i: u32, a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> vec4f {
  return select(select(a, b, i == 1u), select(c, d, i == 3u), i > 1u);
}

// Adds the sum of a block to the total of those before it.
fn finish(block: u32, m: u32, n: u32, sum: vec4f) {
  let N4 = dims.N / 4u;
  let at = m * N4 + n;
  if (m < dims.M && n < N4) {
    let total = sum + select(b[n], y[at], block > 0u);
    y[at] = select(total, rectify(total), dims.relu == 1u && block + SUM >= dims.K);
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let K4 = dims.K / 4u;
  let N4 = dims.N / 4u;
  let n = group.y * WORKGROUP + local;
  let column = min(n, N4 - 1u);                    // past the edges the last column and row are read, and not stored
  let m = group.x * ROWS;
  let own = m + lane % 8u;
  let last = dims.M - 1u;
  let row0 = min(own, last) * K4;
  let row1 = min(own + 8u, last) * K4;
  let row2 = min(own + 16u, last) * K4;
  let row3 = min(own + 24u, last) * K4;
  for (var block = 0u; block < dims.K; block += SUM) {
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    var s4 = vec4f(); var s5 = vec4f(); var s6 = vec4f(); var s7 = vec4f();
    var s8 = vec4f(); var s9 = vec4f(); var s10 = vec4f(); var s11 = vec4f();
    var s12 = vec4f(); var s13 = vec4f(); var s14 = vec4f(); var s15 = vec4f();
    var s16 = vec4f(); var s17 = vec4f(); var s18 = vec4f(); var s19 = vec4f();
    var s20 = vec4f(); var s21 = vec4f(); var s22 = vec4f(); var s23 = vec4f();
    var s24 = vec4f(); var s25 = vec4f(); var s26 = vec4f(); var s27 = vec4f();
    var s28 = vec4f(); var s29 = vec4f(); var s30 = vec4f(); var s31 = vec4f();
    let end = min(block + SUM, dims.K) / 4u;
    for (var k = block / 4u; k < end; k++) {
      let at = 4u * k * N4 + column;
      let w0 = textureLoad(W, texel(at));
      let w1 = textureLoad(W, texel(at + N4));
      let w2 = textureLoad(W, texel(at + 2u * N4));
      let w3 = textureLoad(W, texel(at + 3u * N4));
      let v0 = textureLoad(X, texel(row0 + k));
      let v1 = textureLoad(X, texel(row1 + k));
      let v2 = textureLoad(X, texel(row2 + k));
      let v3 = textureLoad(X, texel(row3 + k));
      s0 = add(s0, subgroupBroadcast(v0, 0u), w0, w1, w2, w3);
      s1 = add(s1, subgroupBroadcast(v0, 1u), w0, w1, w2, w3);
      s2 = add(s2, subgroupBroadcast(v0, 2u), w0, w1, w2, w3);
      s3 = add(s3, subgroupBroadcast(v0, 3u), w0, w1, w2, w3);
      s4 = add(s4, subgroupBroadcast(v0, 4u), w0, w1, w2, w3);
      s5 = add(s5, subgroupBroadcast(v0, 5u), w0, w1, w2, w3);
      s6 = add(s6, subgroupBroadcast(v0, 6u), w0, w1, w2, w3);
      s7 = add(s7, subgroupBroadcast(v0, 7u), w0, w1, w2, w3);
      s8 = add(s8, subgroupBroadcast(v1, 0u), w0, w1, w2, w3);
      s9 = add(s9, subgroupBroadcast(v1, 1u), w0, w1, w2, w3);
      s10 = add(s10, subgroupBroadcast(v1, 2u), w0, w1, w2, w3);
      s11 = add(s11, subgroupBroadcast(v1, 3u), w0, w1, w2, w3);
      s12 = add(s12, subgroupBroadcast(v1, 4u), w0, w1, w2, w3);
      s13 = add(s13, subgroupBroadcast(v1, 5u), w0, w1, w2, w3);
      s14 = add(s14, subgroupBroadcast(v1, 6u), w0, w1, w2, w3);
      s15 = add(s15, subgroupBroadcast(v1, 7u), w0, w1, w2, w3);
      s16 = add(s16, subgroupBroadcast(v2, 0u), w0, w1, w2, w3);
      s17 = add(s17, subgroupBroadcast(v2, 1u), w0, w1, w2, w3);
      s18 = add(s18, subgroupBroadcast(v2, 2u), w0, w1, w2, w3);
      s19 = add(s19, subgroupBroadcast(v2, 3u), w0, w1, w2, w3);
      s20 = add(s20, subgroupBroadcast(v2, 4u), w0, w1, w2, w3);
      s21 = add(s21, subgroupBroadcast(v2, 5u), w0, w1, w2, w3);
      s22 = add(s22, subgroupBroadcast(v2, 6u), w0, w1, w2, w3);
      s23 = add(s23, subgroupBroadcast(v2, 7u), w0, w1, w2, w3);
      s24 = add(s24, subgroupBroadcast(v3, 0u), w0, w1, w2, w3);
      s25 = add(s25, subgroupBroadcast(v3, 1u), w0, w1, w2, w3);
      s26 = add(s26, subgroupBroadcast(v3, 2u), w0, w1, w2, w3);
      s27 = add(s27, subgroupBroadcast(v3, 3u), w0, w1, w2, w3);
      s28 = add(s28, subgroupBroadcast(v3, 4u), w0, w1, w2, w3);
      s29 = add(s29, subgroupBroadcast(v3, 5u), w0, w1, w2, w3);
      s30 = add(s30, subgroupBroadcast(v3, 6u), w0, w1, w2, w3);
      s31 = add(s31, subgroupBroadcast(v3, 7u), w0, w1, w2, w3);
    }
    for (var i = 0u; i < 4u; i++) {                // in a loop: lavapipe makes a page of code of each store
      let first = m + 8u * i;
      finish(block, first, n, oneOf(i, s0, s8, s16, s24));
      finish(block, first + 1u, n, oneOf(i, s1, s9, s17, s25));
      finish(block, first + 2u, n, oneOf(i, s2, s10, s18, s26));
      finish(block, first + 3u, n, oneOf(i, s3, s11, s19, s27));
      finish(block, first + 4u, n, oneOf(i, s4, s12, s20, s28));
      finish(block, first + 5u, n, oneOf(i, s5, s13, s21, s29));
      finish(block, first + 6u, n, oneOf(i, s6, s14, s22, s30));
      finish(block, first + 7u, n, oneOf(i, s7, s15, s23, s31));
    }
  }
}
