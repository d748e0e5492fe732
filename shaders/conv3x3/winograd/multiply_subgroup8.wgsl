// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 16 tiles t from 16 group.y and 4 k, e = group.z; channels are counted in vec4.
// Every 8 neighbours of a subgroup read 8 rows of V, one each, and hand them round. Expects a subgroup of at least 8 with consecutive
// invocations of one workgroup, and V, U, M, WORKGROUP in the shader.

const TILES = 16u;

fn multiply(tiles: u32, inner: u32, outer: u32, group: vec3u, local: u32, lane: u32) {
  let k = group.x * WORKGROUP + local;
  let tile = group.y * TILES;
  let last = tiles - 1u;                           // rows past the end read the last one and are not stored
  var u = group.z * inner * 4u * outer + min(k, outer - 1u);
  var row0 = (group.z * tiles + min(tile + 0u + lane % 8u, last)) * inner;
  var row1 = (group.z * tiles + min(tile + 8u + lane % 8u, last)) * inner;

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  var m8 = vec4f(); var m9 = vec4f(); var m10 = vec4f(); var m11 = vec4f();
  var m12 = vec4f(); var m13 = vec4f(); var m14 = vec4f(); var m15 = vec4f();
  for (var c = 0u; c < inner; c++) {
    let own0 = V[row0 + c];
    let own1 = V[row1 + c];
    let v0 = subgroupBroadcast(own0, 0u); let v1 = subgroupBroadcast(own0, 1u);
    let v2 = subgroupBroadcast(own0, 2u); let v3 = subgroupBroadcast(own0, 3u);
    let v4 = subgroupBroadcast(own0, 4u); let v5 = subgroupBroadcast(own0, 5u);
    let v6 = subgroupBroadcast(own0, 6u); let v7 = subgroupBroadcast(own0, 7u);
    let v8 = subgroupBroadcast(own1, 0u); let v9 = subgroupBroadcast(own1, 1u);
    let v10 = subgroupBroadcast(own1, 2u); let v11 = subgroupBroadcast(own1, 3u);
    let v12 = subgroupBroadcast(own1, 4u); let v13 = subgroupBroadcast(own1, 5u);
    let v14 = subgroupBroadcast(own1, 6u); let v15 = subgroupBroadcast(own1, 7u);
    var w = U[u];
    m0 += w * v0.x; m1 += w * v1.x; m2 += w * v2.x; m3 += w * v3.x;
    m4 += w * v4.x; m5 += w * v5.x; m6 += w * v6.x; m7 += w * v7.x;
    m8 += w * v8.x; m9 += w * v9.x; m10 += w * v10.x; m11 += w * v11.x;
    m12 += w * v12.x; m13 += w * v13.x; m14 += w * v14.x; m15 += w * v15.x;
    u += outer;
    w = U[u];
    m0 += w * v0.y; m1 += w * v1.y; m2 += w * v2.y; m3 += w * v3.y;
    m4 += w * v4.y; m5 += w * v5.y; m6 += w * v6.y; m7 += w * v7.y;
    m8 += w * v8.y; m9 += w * v9.y; m10 += w * v10.y; m11 += w * v11.y;
    m12 += w * v12.y; m13 += w * v13.y; m14 += w * v14.y; m15 += w * v15.y;
    u += outer;
    w = U[u];
    m0 += w * v0.z; m1 += w * v1.z; m2 += w * v2.z; m3 += w * v3.z;
    m4 += w * v4.z; m5 += w * v5.z; m6 += w * v6.z; m7 += w * v7.z;
    m8 += w * v8.z; m9 += w * v9.z; m10 += w * v10.z; m11 += w * v11.z;
    m12 += w * v12.z; m13 += w * v13.z; m14 += w * v14.z; m15 += w * v15.z;
    u += outer;
    w = U[u];
    m0 += w * v0.w; m1 += w * v1.w; m2 += w * v2.w; m3 += w * v3.w;
    m4 += w * v4.w; m5 += w * v5.w; m6 += w * v6.w; m7 += w * v7.w;
    m8 += w * v8.w; m9 += w * v9.w; m10 += w * v10.w; m11 += w * v11.w;
    m12 += w * v12.w; m13 += w * v13.w; m14 += w * v14.w; m15 += w * v15.w;
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
  if (tile + 8u < tiles) { M[out + 8u * outer] = m8; }
  if (tile + 9u < tiles) { M[out + 9u * outer] = m9; }
  if (tile + 10u < tiles) { M[out + 10u * outer] = m10; }
  if (tile + 11u < tiles) { M[out + 11u * outer] = m11; }
  if (tile + 12u < tiles) { M[out + 12u * outer] = m12; }
  if (tile + 13u < tiles) { M[out + 13u * outer] = m13; }
  if (tile + 14u < tiles) { M[out + 14u * outer] = m14; }
  if (tile + 15u < tiles) { M[out + 15u * outer] = m15; }
}
