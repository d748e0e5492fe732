// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 8 tiles t from 8 group.y and 4 k, e = group.z; channels are counted in vec4.
// Every 4 neighbours of a subgroup read 4 rows of V, one each, and hand them round. Expects a subgroup of at least 4 with consecutive
// invocations of one workgroup, and V, U, M, WORKGROUP in the shader.

const TILES = 8u;

fn multiply(tiles: u32, inner: u32, outer: u32, group: vec3u, local: u32, lane: u32) {
  let k = group.x * WORKGROUP + local;
  let tile = group.y * TILES;
  let last = tiles - 1u;                           // rows past the end read the last one and are not stored
  var u = group.z * inner * 4u * outer + min(k, outer - 1u);
  var row0 = (group.z * tiles + min(tile + 0u + lane % 4u, last)) * inner;
  var row1 = (group.z * tiles + min(tile + 4u + lane % 4u, last)) * inner;

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  for (var c = 0u; c < inner; c++) {
    let own0 = V[row0 + c];
    let own1 = V[row1 + c];
    let v0 = subgroupBroadcast(own0, 0u); let v1 = subgroupBroadcast(own0, 1u);
    let v2 = subgroupBroadcast(own0, 2u); let v3 = subgroupBroadcast(own0, 3u);
    let v4 = subgroupBroadcast(own1, 0u); let v5 = subgroupBroadcast(own1, 1u);
    let v6 = subgroupBroadcast(own1, 2u); let v7 = subgroupBroadcast(own1, 3u);
    var w = U[u];
    m0 += w * v0.x; m1 += w * v1.x; m2 += w * v2.x; m3 += w * v3.x;
    m4 += w * v4.x; m5 += w * v5.x; m6 += w * v6.x; m7 += w * v7.x;
    u += outer;
    w = U[u];
    m0 += w * v0.y; m1 += w * v1.y; m2 += w * v2.y; m3 += w * v3.y;
    m4 += w * v4.y; m5 += w * v5.y; m6 += w * v6.y; m7 += w * v7.y;
    u += outer;
    w = U[u];
    m0 += w * v0.z; m1 += w * v1.z; m2 += w * v2.z; m3 += w * v3.z;
    m4 += w * v4.z; m5 += w * v5.z; m6 += w * v6.z; m7 += w * v7.z;
    u += outer;
    w = U[u];
    m0 += w * v0.w; m1 += w * v1.w; m2 += w * v2.w; m3 += w * v3.w;
    m4 += w * v4.w; m5 += w * v5.w; m6 += w * v6.w; m7 += w * v7.w;
    u += outer;
  }

  if (k >= outer) { return; }
  let out = (group.z * tiles + tile) * outer + k;
  M[out] = m0;
  if (tile + 1u < tiles) { M[out + 1u * outer] = m1; }
  if (tile + 2u < tiles) { M[out + 2u * outer] = m2; }
  if (tile + 3u < tiles) { M[out + 3u * outer] = m3; }
  if (tile + 4u < tiles) { M[out + 4u * outer] = m4; }
  if (tile + 5u < tiles) { M[out + 5u * outer] = m5; }
  if (tile + 6u < tiles) { M[out + 6u * outer] = m6; }
  if (tile + 7u < tiles) { M[out + 7u * outer] = m7; }
}
