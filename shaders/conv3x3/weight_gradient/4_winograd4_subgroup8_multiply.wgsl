enable subgroups;

// W[e][c][k] = sum over t of V[e][t][c] D[e][t][k], a matrix product for each of the 36 elements e of a transformed
// tile
//
// Layout   V (36, T, C), D (36, T, K), W (36, C, K), row-major; C and K divisible by 4
// Mapping  one invocation makes 16 neighbouring c of 4 neighbouring k; invocations run along k, so a subgroup needs
//          the same V
// Reuse    every 8 neighbours of a subgroup read 8 vectors of V at once, those of two tiles, and hand them round;
//          those of 4 tiles and 4 vectors of D make 256 products
// Cost     512 flops for 24 floats read: 5.3 flop/byte
// Before   3_winograd4_multiply has every invocation read all of V itself; here a vector is read once by 8
//          invocations together

const WORKGROUP = 16u;
const CHANNELS = 16u;
const APART = 4u;                                  // vec4 between elements of W: a stride of 2^n would share cache sets

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> V: array<vec4f>;
@group(0) @binding(2) var<storage, read> D: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> W: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tiles = dims.N * ((dims.H + 2u * dims.pad + 1u) / 4u) * ((dims.W + 2u * dims.pad + 1u) / 4u);
  let last = tiles - 1u;
  let K4 = dims.K / 4u;
  let C4 = dims.C / 4u;
  let k = group.x * WORKGROUP + local;
  let c = group.y * CHANNELS / 4u;
  let column = group.z * tiles * K4 + min(k, K4 - 1u);
  // Lane l of 8 reads vector l % 4 of tile l / 4; past the last c, the last one, whose sums are not stored.
  let own = group.z * tiles * C4 + min(c + lane % 4u, C4 - 1u);
  let ahead = lane % 8u / 4u;

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  var m8 = vec4f(); var m9 = vec4f(); var m10 = vec4f(); var m11 = vec4f();
  var m12 = vec4f(); var m13 = vec4f(); var m14 = vec4f(); var m15 = vec4f();
  for (var t = 0u; t < tiles; t += 4u) {
    // A column of g holds 4 k of one tile. Past the last tile it is 0, and what V holds does not matter.
    let there = vec4u(t, t + 1u, t + 2u, t + 3u) <= vec4u(last);
    let at = column + min(vec4u(t, t + 1u, t + 2u, t + 3u), vec4u(last)) * K4;
    let g = mat4x4f(
      D[at.x],
      select(vec4f(0.0), D[at.y], there.y),
      select(vec4f(0.0), D[at.z], there.z),
      select(vec4f(0.0), D[at.w], there.w),
    );
    let v0 = V[own + min(t + ahead, last) * C4];
    let v1 = V[own + min(t + 2u + ahead, last) * C4];
    let a0 = subgroupBroadcast(v0, 0u); let b0 = subgroupBroadcast(v0, 4u);
    let c0 = subgroupBroadcast(v1, 0u); let d0 = subgroupBroadcast(v1, 4u);
    m0 += g * vec4f(a0.x, b0.x, c0.x, d0.x); m1 += g * vec4f(a0.y, b0.y, c0.y, d0.y);
    m2 += g * vec4f(a0.z, b0.z, c0.z, d0.z); m3 += g * vec4f(a0.w, b0.w, c0.w, d0.w);
    let a1 = subgroupBroadcast(v0, 1u); let b1 = subgroupBroadcast(v0, 5u);
    let c1 = subgroupBroadcast(v1, 1u); let d1 = subgroupBroadcast(v1, 5u);
    m4 += g * vec4f(a1.x, b1.x, c1.x, d1.x); m5 += g * vec4f(a1.y, b1.y, c1.y, d1.y);
    m6 += g * vec4f(a1.z, b1.z, c1.z, d1.z); m7 += g * vec4f(a1.w, b1.w, c1.w, d1.w);
    let a2 = subgroupBroadcast(v0, 2u); let b2 = subgroupBroadcast(v0, 6u);
    let c2 = subgroupBroadcast(v1, 2u); let d2 = subgroupBroadcast(v1, 6u);
    m8 += g * vec4f(a2.x, b2.x, c2.x, d2.x); m9 += g * vec4f(a2.y, b2.y, c2.y, d2.y);
    m10 += g * vec4f(a2.z, b2.z, c2.z, d2.z); m11 += g * vec4f(a2.w, b2.w, c2.w, d2.w);
    let a3 = subgroupBroadcast(v0, 3u); let b3 = subgroupBroadcast(v0, 7u);
    let c3 = subgroupBroadcast(v1, 3u); let d3 = subgroupBroadcast(v1, 7u);
    m12 += g * vec4f(a3.x, b3.x, c3.x, d3.x); m13 += g * vec4f(a3.y, b3.y, c3.y, d3.y);
    m14 += g * vec4f(a3.z, b3.z, c3.z, d3.z); m15 += g * vec4f(a3.w, b3.w, c3.w, d3.w);
  }

  if (k >= K4) { return; }
  let out = group.z * (dims.C * K4 + APART) + c * 4u * K4 + k;
  W[out] = m0; W[out + K4] = m1; W[out + 2u * K4] = m2; W[out + 3u * K4] = m3;
  if (c + 1u < C4) { W[out + 4u * K4] = m4; W[out + 5u * K4] = m5; W[out + 6u * K4] = m6; W[out + 7u * K4] = m7; }
  if (c + 2u < C4) { W[out + 8u * K4] = m8; W[out + 9u * K4] = m9; W[out + 10u * K4] = m10; W[out + 11u * K4] = m11; }
  if (c + 3u < C4) { W[out + 12u * K4] = m12; W[out + 13u * K4] = m13; W[out + 14u * K4] = m14; W[out + 15u * K4] = m15; }
}
