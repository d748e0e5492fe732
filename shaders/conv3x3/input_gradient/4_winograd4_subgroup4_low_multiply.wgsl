enable subgroups;

// M[e][t][c] = sum over k of V[e][t][k] U[e][k][c], a matrix product for each of the 36 elements e of a transformed
// tile
//
// Layout   V (36, T, K), U (36, K, C), M (36, T, C), row-major; C and K divisible by 4
// Mapping  one invocation makes 16 tiles of 4 neighbouring c; invocations run along c, so a subgroup needs the same 16
//          rows of V. It runs where its neighbour would leave half of the last rows empty
// Reuse    every 4 neighbours of a subgroup read 4 rows of V, one each, and hand them round; 16 rows and 4 vectors of
//          U make 256 products
// Cost     512 flops for 32 floats read: 4 flop/byte
// Before   3_winograd4_multiply has every invocation read all rows itself; here a row is read once by 4 invocations
//          together

const WORKGROUP = 16u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> V: array<vec4f>;
@group(0) @binding(2) var<storage, read> U: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> M: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tiles = dims.N * ((dims.H + 3u) / 4u) * ((dims.W + 3u) / 4u);
  multiply(tiles, dims.K / 4u, dims.C / 4u, group, local, lane);
}
