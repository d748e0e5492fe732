// M[e][t][c] = sum over k of V[e][t][k] U[e][k][c], a matrix product for each of the 36 elements e of a transformed
// tile
//
// Layout   V (36, T, K), U (36, K, C), M (36, T, C), row-major; C and K divisible by 4
// Mapping  one invocation makes 8 tiles of 4 neighbouring c; invocations run along c, so a workgroup reads the same V
//          together
// Reuse    8 vectors of V and 4 of U, held in registers, make 128 products
// Cost     256 flops for 48 floats read: 1.3 flop/byte

const WORKGROUP = 16u;

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
