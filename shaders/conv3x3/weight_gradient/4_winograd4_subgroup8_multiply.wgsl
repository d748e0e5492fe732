enable subgroups;

// W[e][c][k] = sum over t of V[e][t][c] D[e][t][k], a matrix product for each of the 36 elements e of a transformed tile
//
// Layout   V (36, T, C), D (36, T, K), W (36, C, K), row-major; C and K divisible by 4
// Mapping  one invocation makes 16 neighbouring c of 4 neighbouring k; invocations run along k, so a subgroup needs the same V
// Reuse    every 8 neighbours of a subgroup read 8 vectors of V, those of two tiles, one each, and hand them round; they and 2 vectors of D make 128 products
// Cost     256 flops for 12 floats read: 5.3 flop/byte
// Before   3_winograd4_multiply has every invocation read all of V itself; here a vector is read once by 8 invocations together

const WORKGROUP = 16u;
const CHANNELS = 16u;

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
  // Lane l of 8 reads vector l % 4 of tile l / 4; past the last c, the last one, whose sums are not stored.
  let column = group.z * tiles * C4 + min(c + lane % 4u, C4 - 1u);
  let ahead = lane % 8u / 4u;

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  var m8 = vec4f(); var m9 = vec4f(); var m10 = vec4f(); var m11 = vec4f();
  var m12 = vec4f(); var m13 = vec4f(); var m14 = vec4f(); var m15 = vec4f();
  for (var t = 0u; t < tiles; t += 2u) {
    let source = t + ahead;
    let own = select(vec4f(0.0), V[column + min(source, tiles - 1u) * C4], source < tiles);
    let v0_0 = subgroupBroadcast(own, 0u); let v0_1 = subgroupBroadcast(own, 1u);
    let v0_2 = subgroupBroadcast(own, 2u); let v0_3 = subgroupBroadcast(own, 3u);
    let v1_0 = subgroupBroadcast(own, 4u); let v1_1 = subgroupBroadcast(own, 5u);
    let v1_2 = subgroupBroadcast(own, 6u); let v1_3 = subgroupBroadcast(own, 7u);
    var g = D[d];
    m0 += g * v0_0.x; m1 += g * v0_0.y; m2 += g * v0_0.z; m3 += g * v0_0.w;
    m4 += g * v0_1.x; m5 += g * v0_1.y; m6 += g * v0_1.z; m7 += g * v0_1.w;
    m8 += g * v0_2.x; m9 += g * v0_2.y; m10 += g * v0_2.z; m11 += g * v0_2.w;
    m12 += g * v0_3.x; m13 += g * v0_3.y; m14 += g * v0_3.z; m15 += g * v0_3.w;
    g = D[d + min(1u, tiles - 1u - t) * K4];
    m0 += g * v1_0.x; m1 += g * v1_0.y; m2 += g * v1_0.z; m3 += g * v1_0.w;
    m4 += g * v1_1.x; m5 += g * v1_1.y; m6 += g * v1_1.z; m7 += g * v1_1.w;
    m8 += g * v1_2.x; m9 += g * v1_2.y; m10 += g * v1_2.z; m11 += g * v1_2.w;
    m12 += g * v1_3.x; m13 += g * v1_3.y; m14 += g * v1_3.z; m15 += g * v1_3.w;
    d += 2u * K4;
  }

  if (k >= K4) { return; }
  let out = (group.z * dims.C + c * 4u) * K4 + k;
  W[out] = m0; W[out + 1u * K4] = m1; W[out + 2u * K4] = m2; W[out + 3u * K4] = m3;
  if (c + 1u < C4) { W[out + 4u * K4] = m4; W[out + 5u * K4] = m5; W[out + 6u * K4] = m6; W[out + 7u * K4] = m7; }
  if (c + 2u < C4) { W[out + 8u * K4] = m8; W[out + 9u * K4] = m9; W[out + 10u * K4] = m10; W[out + 11u * K4] = m11; }
  if (c + 3u < C4) { W[out + 12u * K4] = m12; W[out + 13u * K4] = m13; W[out + 14u * K4] = m14; W[out + 15u * K4] = m15; }
}
