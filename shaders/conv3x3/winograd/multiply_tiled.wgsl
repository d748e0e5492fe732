// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 64 tiles t and 64 k a workgroup, e = group.z; channels are
// counted in vec4. 64 x 16 numbers of V and 16 x 64 of U lie in workgroup memory while all 128 invocations use them;
// one invocation makes 8 tiles of 4 k. Expects V, U, M and WORKGROUP = 128 in the shader.

const TILES = 64u;
const COLUMNS = 16u;                               // vec4 of k
const DEPTH = 4u;                                  // vec4 of c
const APART = 4u;                                  // vec4 between elements of U, as its writer leaves

var<workgroup> tileV: array<vec4f, 256>;           // (TILES, DEPTH)
var<workgroup> tileU: array<vec4f, 256>;           // (4 DEPTH, COLUMNS)

fn multiply(tiles: u32, inner: u32, outer: u32, group: vec3u, local: u32) {
  let k = group.x * COLUMNS + local % COLUMNS;
  let first = group.y * TILES;
  let own = local / COLUMNS * 8u;                  // first of this invocation's tiles among the 64
  let startV = group.z * tiles * inner;
  let startU = group.z * (inner * 4u * outer + APART);
  let last = tiles - 1u;                           // rows past the end read the last one and are not stored
  let near = startV + min(first + local / DEPTH, last) * inner;
  let far = startV + min(first + local / DEPTH + 32u, last) * inner;
  let depth = local % DEPTH;
  let rowU = local / COLUMNS;
  let column = min(k, outer - 1u);

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  for (var c = 0u; c < inner; c += DEPTH) {
    let exists = c + depth < inner;                // past the last channel, 0
    let at = min(c + depth, inner - 1u);
    tileV[local] = select(vec4f(0.0), V[near + at], exists);
    tileV[local + WORKGROUP] = select(vec4f(0.0), V[far + at], exists);
    let row = min(c * 4u + rowU, inner * 4u - 1u);
    tileU[local] = U[startU + row * outer + column];
    tileU[local + WORKGROUP] = U[startU + min(row + 8u, inner * 4u - 1u) * outer + column];
    workgroupBarrier();
    for (var d = 0u; d < DEPTH; d++) {
      let u = d * 4u * COLUMNS + local % COLUMNS;
      let u0 = tileU[u]; let u1 = tileU[u + COLUMNS];
      let u2 = tileU[u + 2u * COLUMNS]; let u3 = tileU[u + 3u * COLUMNS];
      var v = tileV[own * DEPTH + d];
      m0 += u0 * v.x + u1 * v.y + u2 * v.z + u3 * v.w;
      v = tileV[(own + 1u) * DEPTH + d];
      m1 += u0 * v.x + u1 * v.y + u2 * v.z + u3 * v.w;
      v = tileV[(own + 2u) * DEPTH + d];
      m2 += u0 * v.x + u1 * v.y + u2 * v.z + u3 * v.w;
      v = tileV[(own + 3u) * DEPTH + d];
      m3 += u0 * v.x + u1 * v.y + u2 * v.z + u3 * v.w;
      v = tileV[(own + 4u) * DEPTH + d];
      m4 += u0 * v.x + u1 * v.y + u2 * v.z + u3 * v.w;
      v = tileV[(own + 5u) * DEPTH + d];
      m5 += u0 * v.x + u1 * v.y + u2 * v.z + u3 * v.w;
      v = tileV[(own + 6u) * DEPTH + d];
      m6 += u0 * v.x + u1 * v.y + u2 * v.z + u3 * v.w;
      v = tileV[(own + 7u) * DEPTH + d];
      m7 += u0 * v.x + u1 * v.y + u2 * v.z + u3 * v.w;
    }
    workgroupBarrier();
  }

  if (k >= outer) { return; }
  let tile = first + own;
  let out = (group.z * tiles + tile) * outer + k;
  if (tile < tiles) { M[out] = m0; }
  if (tile + 1u < tiles) { M[out + outer] = m1; }
  if (tile + 2u < tiles) { M[out + 2u * outer] = m2; }
  if (tile + 3u < tiles) { M[out + 3u * outer] = m3; }
  if (tile + 4u < tiles) { M[out + 4u * outer] = m4; }
  if (tile + 5u < tiles) { M[out + 5u * outer] = m5; }
  if (tile + 6u < tiles) { M[out + 6u * outer] = m6; }
  if (tile + 7u < tiles) { M[out + 7u * outer] = m7; }
}
