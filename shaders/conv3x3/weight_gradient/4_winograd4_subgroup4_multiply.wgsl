enable subgroups;

// W[e][c][k] = sum over t of V[e][t][c] D[e][t][k], a matrix product for each of the 36 elements e of a transformed tile
//
// Layout   V (36, T, C), D (36, T, K), W (36, C, K), row-major; C and K divisible by 4
// Mapping  one invocation makes 8 neighbouring c of 4 neighbouring k; invocations run along k, so a subgroup needs the same V
// Reuse    every 4 neighbours of a subgroup read 4 vectors of V, those of two tiles, one each, and hand them round; they and 2 vectors of D make 64 products
// Cost     128 flops for 12 floats read: 2.7 flop/byte
// Before   3_winograd4_multiply has every invocation read all of V itself; here a vector is read once by 4 invocations together

const WORKGROUP = 16u;
const CHANNELS = 8u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> V: array<vec4f>;
@group(0) @binding(2) var<storage, read> D: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> W: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32, @builtin(subgroup_invocation_id) lane: u32) {
  let tiles = dims.N * ((dims.H + 2u * dims.pad + 1u) / 4u) * ((dims.W + 2u * dims.pad + 1u) / 4u);
  let K4 = dims.K / 4u;
  let C4 = dims.C / 4u;
  let k = group.x * WORKGROUP + local;
  let c = group.y * CHANNELS / 4u;
  var d = group.z * tiles * K4 + min(k, K4 - 1u);
  // Lane l of 4 reads vector l % 2 of tile l / 2; past the last c, the last one, whose sums are not stored.
  let column = group.z * tiles * C4 + min(c + lane % 2u, C4 - 1u);
  let ahead = lane % 4u / 2u;

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  for (var t = 0u; t < tiles; t += 2u) {
    let source = t + ahead;
    let own = select(vec4f(0.0), V[column + min(source, tiles - 1u) * C4], source < tiles);
    let v0_0 = subgroupBroadcast(own, 0u); let v0_1 = subgroupBroadcast(own, 1u);
    let v1_0 = subgroupBroadcast(own, 2u); let v1_1 = subgroupBroadcast(own, 3u);
    var g = D[d];
    m0 += g * v0_0.x; m1 += g * v0_0.y; m2 += g * v0_0.z; m3 += g * v0_0.w;
    m4 += g * v0_1.x; m5 += g * v0_1.y; m6 += g * v0_1.z; m7 += g * v0_1.w;
    g = D[d + min(1u, tiles - 1u - t) * K4];
    m0 += g * v1_0.x; m1 += g * v1_0.y; m2 += g * v1_0.z; m3 += g * v1_0.w;
    m4 += g * v1_1.x; m5 += g * v1_1.y; m6 += g * v1_1.z; m7 += g * v1_1.w;
    d += 2u * K4;
  }

  if (k >= K4) { return; }
  let out = (group.z * dims.C + c * 4u) * K4 + k;
  W[out] = m0; W[out + 1u * K4] = m1; W[out + 2u * K4] = m2; W[out + 3u * K4] = m3;
  if (c + 1u < C4) { W[out + 4u * K4] = m4; W[out + 5u * K4] = m5; W[out + 6u * K4] = m6; W[out + 7u * K4] = m7; }
}
