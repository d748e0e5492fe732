// M[e][t][c] = sum over k of V[e][t][k] U[e][k][c], a matrix product for each of the 36 elements e of a transformed
// tile
//
// Layout   V (36, T, K), U (36, K, C), M (36, T, C), row-major; C and K divisible by 4
// Mapping  a workgroup makes 32 tiles by 128 c, an invocation a 4x8 square of them, in registers; see products/low_tile.wgsl. It
//          runs where there are at most 96 tiles, and its neighbour where there are more
// Reuse    32 x 16 numbers of V and 16 x 128 of U lie in workgroup memory while all invocations use them; from there 3 vectors
//          make 32 products
// Cost     8,192 flops for 160 floats read: 13 flop/byte

const WORKGROUP = 128u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> V: array<vec4f>;
@group(0) @binding(2) var<storage, read> U: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> M: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tiles = dims.N * ((dims.H + 3u) / 4u) * ((dims.W + 3u) / 4u);
  multiply(tiles, dims.K / 4u, dims.C / 4u, group, local);
}
