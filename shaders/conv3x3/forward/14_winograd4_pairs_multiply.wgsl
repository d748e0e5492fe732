enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k], a matrix product for each of the 36 elements e of a transformed
// tile
//
// Layout   V (36, T, C), U (36, C, K), M (36, T, K), row-major; C and K divisible by 4
// Mapping  a workgroup makes BM tiles by BN k, a subgroup 64 by 32 of them as 16x16 matrices, each float of V and U as the sum of two
//          halves: three products of halves make one of floats; see products/pairs.wgsl. The largest of each row and column, which
//          scale them, are looked for first
// Reuse    halves of BM x 32 numbers of V and 32 x BN of U lie in workgroup memory while all subgroups use them
// Cost     2 * BM * BN flops for BM + BN floats read twice: at 128x128 16 flop/byte
// Before   11_winograd4_prefetched_multiply makes its products one by one

const BM = 128u;
const BN = 128u;                                   // or 64, where there are no more k
const INVOCATIONS = 256u;                          // BM * BN / 64

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> V: array<vec4f>;
@group(0) @binding(2) var<storage, read> U: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> M: array<vec4f>;

@compute @workgroup_size(INVOCATIONS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let tiles = dims.N * ((dims.H + 2u * dims.pad + 1u) / 4u) * ((dims.W + 2u * dims.pad + 1u) / 4u);
  multiply(tiles, dims.C / 4u, dims.K / 4u, group, index, subgroup);
}
