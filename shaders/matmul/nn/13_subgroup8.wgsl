enable subgroups;

// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N), b (N), y (M, N), row-major; K and N divisible by 4
// Mapping  one invocation makes 16 rows of 4 neighbouring columns; invocations run along the columns, so a subgroup needs the same 16
//          rows of x. Expects subgroups whose first 8 invocations take part, all of one workgroup
// Reuse    every 8 neighbours of a subgroup read 8 rows of x, one each, and hand them round; 4 columns of 16 rows and 4 rows of w
//          make 256 products. Totals of blocks wait in y
// Cost     512 flops for 24 floats read: 5.3 flop/byte
// Before   12_subgroup4 has 4 lanes read rows for each other, half as many for a load of x
// Order    as 1_naive

const WORKGROUP = 16u;
const ROWS = 16u;
const SUM = 256u;                                  // divisible by 4

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

// Four products of a row, one after the other.
fn add(sum: vec4f, v: vec4f, w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f) -> vec4f {
  return fma(vec4f(v.w), w3, fma(vec4f(v.z), w2, fma(vec4f(v.y), w1, fma(vec4f(v.x), w0, sum))));
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
  for (var block = 0u; block < dims.K; block += SUM) {
    var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
    var s4 = vec4f(); var s5 = vec4f(); var s6 = vec4f(); var s7 = vec4f();
    var s8 = vec4f(); var s9 = vec4f(); var s10 = vec4f(); var s11 = vec4f();
    var s12 = vec4f(); var s13 = vec4f(); var s14 = vec4f(); var s15 = vec4f();
    let end = min(block + SUM, dims.K) / 4u;
    for (var k = block / 4u; k < end; k++) {
      let at = 4u * k * N4 + column;
      let w0 = w[at]; let w1 = w[at + N4]; let w2 = w[at + 2u * N4]; let w3 = w[at + 3u * N4];
      let v0 = x[row0 + k];
      let v1 = x[row1 + k];
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
    }
    finish(block, m, n, s0); finish(block, m + 1u, n, s1);
    finish(block, m + 2u, n, s2); finish(block, m + 3u, n, s3);
    finish(block, m + 4u, n, s4); finish(block, m + 5u, n, s5);
    finish(block, m + 6u, n, s6); finish(block, m + 7u, n, s7);
    finish(block, m + 8u, n, s8); finish(block, m + 9u, n, s9);
    finish(block, m + 10u, n, s10); finish(block, m + 11u, n, s11);
    finish(block, m + 12u, n, s12); finish(block, m + 13u, n, s13);
    finish(block, m + 14u, n, s14); finish(block, m + 15u, n, s15);
  }
}
