enable subgroups;

// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k], a matrix product for each of the 36 elements e of a transformed
// tile
//
// Layout   V (36, T/32, C/4, 32, 4) and U (36, K/32, C, 8, 4), sheets, T and K rounded up to whole 32; M (36, T, K);
//          row-major; C and K divisible by 4
// Mapping  one invocation makes 32 tiles of two vectors of 4 neighbouring k; invocations run along k, so a subgroup
//          needs the same 32 tiles
// Reuse    every 8 neighbours of a subgroup read 8 tiles, one each, and hand them round; 32 tiles and 8 vectors of U
//          make 1,024 products
// Cost     2,048 flops for 48 floats read: 11 flop/byte
// Before   7_winograd4_subgroup8_multiply reads buffers, which costs software that takes lanes one after another 9
//          instructions a float; a texel of 4 floats is read at once, and lanes need only be put across

const WORKGROUP = 8u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var V: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var U: texture_storage_2d<rgba32float, read>;
@group(0) @binding(3) var<storage, read_write> M: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tiles = dims.N * ((dims.H + 2u * dims.pad + 1u) / 4u) * ((dims.W + 2u * dims.pad + 1u) / 4u);
  multiply(tiles, dims.C / 4u, dims.K / 4u, group, local, lane);
}
