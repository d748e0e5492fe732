// W[e][c][k] = sum over t of V[e][t][c] D[e][t][k], a matrix product for each of the 36 elements e of a transformed
// tile
//
// Layout   V (36, T, C), D (36, T, K), W (36, C, K), row-major; C and K divisible by 4
// Mapping  one invocation makes 8 neighbouring c of 4 neighbouring k; invocations run along k, so a workgroup reads
//          the same V together
// Reuse    8 vectors of V and 4 of D, those of 4 tiles, held in registers, make 128 products
// Cost     256 flops for 48 floats read: 1.3 flop/byte

const WORKGROUP = 16u;
const CHANNELS = 8u;
const APART = 4u;                                  // vec4 between elements of W: a stride of 2^n would share cache sets

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> V: array<vec4f>;
@group(0) @binding(2) var<storage, read> D: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> W: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tiles = dims.N * ((dims.H + 2u * dims.pad + 1u) / 4u) * ((dims.W + 2u * dims.pad + 1u) / 4u);
  let last = tiles - 1u;
  let K4 = dims.K / 4u;
  let C4 = dims.C / 4u;
  let k = group.x * WORKGROUP + local;
  let c = group.y * CHANNELS / 4u;
  let column = group.z * tiles * K4 + min(k, K4 - 1u);

  let own0 = group.z * tiles * C4 + min(c + 0u, C4 - 1u);
  let own1 = group.z * tiles * C4 + min(c + 1u, C4 - 1u);
  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
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
    let row = min(vec4u(t, t + 1u, t + 2u, t + 3u), vec4u(last)) * C4;
    let a0 = V[own0 + row.x]; let b0 = V[own0 + row.y]; let c0 = V[own0 + row.z]; let d0 = V[own0 + row.w];
    m0 += g * vec4f(a0.x, b0.x, c0.x, d0.x); m1 += g * vec4f(a0.y, b0.y, c0.y, d0.y);
    m2 += g * vec4f(a0.z, b0.z, c0.z, d0.z); m3 += g * vec4f(a0.w, b0.w, c0.w, d0.w);
    let a1 = V[own1 + row.x]; let b1 = V[own1 + row.y]; let c1 = V[own1 + row.z]; let d1 = V[own1 + row.w];
    m4 += g * vec4f(a1.x, b1.x, c1.x, d1.x); m5 += g * vec4f(a1.y, b1.y, c1.y, d1.y);
    m6 += g * vec4f(a1.z, b1.z, c1.z, d1.z); m7 += g * vec4f(a1.w, b1.w, c1.w, d1.w);
  }

  if (k >= K4) { return; }
  let out = group.z * (dims.C * K4 + APART) + c * 4u * K4 + k;
  W[out] = m0; W[out + K4] = m1; W[out + 2u * K4] = m2; W[out + 3u * K4] = m3;
  if (c + 1u < C4) { W[out + 4u * K4] = m4; W[out + 5u * K4] = m5; W[out + 6u * K4] = m6; W[out + 7u * K4] = m7; }
}
