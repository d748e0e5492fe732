// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 8 tiles t from 8 group.y and 4 k, e = group.z; channels are
// counted in vec4. Every 4 neighbours of a subgroup read 4 rows of V, one each, and hand them round. Expects
// subgroups whose first 4 invocations take part, all of one workgroup, and V, U, M and WORKGROUP in the shader.

const TILES = 8u;
const APART = 4u;                                  // vec4 between elements of U, as its writer leaves

fn multiply(tiles: u32, inner: u32, outer: u32, group: vec3u, local: u32, lane: u32) {
  let k = group.x * WORKGROUP + local;
  let tile = group.y * TILES;
  let last = tiles - 1u;                           // rows past the end read the last one and are not stored
  var u = group.z * (inner * 4u * outer + APART) + min(k, outer - 1u);
  let row0 = (group.z * tiles + min(tile + lane % 4u, last)) * inner;
  let row1 = (group.z * tiles + min(tile + 4u + lane % 4u, last)) * inner;

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  for (var c = 0u; c < inner; c++) {
    // A column of w holds 4 k of one c, so matrix times vector sums over 4 c: the m, more than registers hold, are
    // read and written once for 4.
    let w = mat4x4f(U[u], U[u + outer], U[u + 2u * outer], U[u + 3u * outer]);
    u += 4u * outer;
    let own0 = V[row0 + c];
    let own1 = V[row1 + c];
    m0 += w * subgroupBroadcast(own0, 0u); m1 += w * subgroupBroadcast(own0, 1u);
    m2 += w * subgroupBroadcast(own0, 2u); m3 += w * subgroupBroadcast(own0, 3u);
    m4 += w * subgroupBroadcast(own1, 0u); m5 += w * subgroupBroadcast(own1, 1u);
    m6 += w * subgroupBroadcast(own1, 2u); m7 += w * subgroupBroadcast(own1, 3u);
  }

  if (k >= outer) { return; }
  let out = (group.z * tiles + tile) * outer + k;
  M[out] = m0;
  if (tile + 1u < tiles) { M[out + outer] = m1; }
  if (tile + 2u < tiles) { M[out + 2u * outer] = m2; }
  if (tile + 3u < tiles) { M[out + 3u * outer] = m3; }
  if (tile + 4u < tiles) { M[out + 4u * outer] = m4; }
  if (tile + 5u < tiles) { M[out + 5u * outer] = m5; }
  if (tile + 6u < tiles) { M[out + 6u * outer] = m6; }
  if (tile + 7u < tiles) { M[out + 7u * outer] = m7; }
}
