// W[e][c][k] = sum over t of V[e][t][c] D[e][t][k], a matrix product for each of the 36 elements e of a transformed
// tile
//
// Layout   V (36, T, C), D (36, T, K), W (36, C, K), row-major; C and K divisible by 4
// Mapping  a workgroup makes 32 c by 64 k; its invocation (i, j) of 16 x 8 makes c 4j to 4j+3, k 4i to 4i+3
// Reuse    16 tiles of 32 numbers of V and 64 of D lie in workgroup memory while all 128 invocations use them, 64 and
//          32 times; from there one vector of each makes 16 products
// Cost     65,536 flops for 1,536 floats read: 11 flop/byte
// Before   3_winograd4_multiply reads every number again in each invocation

const WORKGROUP = 128u;
const ROWS = 8u;                                   // vec4 of c
const COLUMNS = 16u;                               // vec4 of k
const DEPTH = 16u;                                 // tiles
const CHANNELS = 32u;                              // c for a workgroup
const APART = 4u;                                  // vec4 between elements of W: a stride of 2^n would share cache sets

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> V: array<vec4f>;
@group(0) @binding(2) var<storage, read> D: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> W: array<vec4f>;

var<workgroup> tileV: array<vec4f, 128>;           // (DEPTH, ROWS)
var<workgroup> tileD: array<vec4f, 256>;           // (DEPTH, COLUMNS)

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tiles = dims.N * ((dims.H + 2u * dims.pad + 1u) / 4u) * ((dims.W + 2u * dims.pad + 1u) / 4u);
  let K4 = dims.K / 4u;
  let C4 = dims.C / 4u;
  let k = group.x * COLUMNS + local % COLUMNS;
  let row = local / COLUMNS;                       // this invocation's vec4 of c in the tile
  let startV = group.z * tiles * C4 + min(group.y * ROWS + local % ROWS, C4 - 1u);
  let startD = group.z * tiles * K4 + min(k, K4 - 1u);

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  for (var t = 0u; t < tiles; t += DEPTH) {
    // Past the last tile V is 0, and what is read for D does not matter as long as it exists.
    let v = t + local / ROWS;
    tileV[local] = select(vec4f(0.0), V[startV + min(v, tiles - 1u) * C4], v < tiles);
    tileD[local] = D[startD + min(t + row, tiles - 1u) * K4];
    tileD[local + WORKGROUP] = D[startD + min(t + row + 8u, tiles - 1u) * K4];
    workgroupBarrier();
    for (var d = 0u; d < DEPTH; d++) {
      let g = tileD[d * COLUMNS + local % COLUMNS];
      let f = tileV[d * ROWS + row];
      m0 += g * f.x; m1 += g * f.y; m2 += g * f.z; m3 += g * f.w;
    }
    workgroupBarrier();
  }

  let c = group.y * ROWS + row;
  if (k >= K4 || c >= C4) { return; }
  let out = group.z * (dims.C * K4 + APART) + c * 4u * K4 + k;
  W[out] = m0;
  W[out + K4] = m1;
  W[out + 2u * K4] = m2;
  W[out + 3u * K4] = m3;
}
