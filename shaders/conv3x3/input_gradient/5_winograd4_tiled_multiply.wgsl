// M[e][t][c] = sum over k of V[e][t][k] U[e][k][c], a matrix product for each of the 36 elements e of a transformed
// tile
//
// Layout   V (36, T, K), U (36, K, C), M (36, T, C), row-major; C and K divisible by 4
// Mapping  a workgroup makes 64 tiles by 64 c; its invocation (i, j) of 16 x 8 makes tiles 8j to 8j+7, c 4i to 4i+3
// Reuse    64 x 16 numbers of V and 16 x 64 of U lie in workgroup memory while all 128 invocations use them, each 64
//          times; from there 8 vectors of V and 4 of U make 128 products
// Cost     131,072 flops for 2,048 floats read: 16 flop/byte
// Before   3_winograd4_multiply reads every number again in each invocation

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
