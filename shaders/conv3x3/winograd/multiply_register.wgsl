// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 8 tiles t from 8 group.y and 4 k, e = group.z; channels are
// counted in vec4. Expects V, U, M and WORKGROUP in the shader.

const TILES = 8u;
const APART = 4u;                                  // vec4 between elements of U, as its writer leaves

fn multiply(tiles: u32, inner: u32, outer: u32, group: vec3u, local: u32) {
  let k = group.x * WORKGROUP + local;
  let tile = group.y * TILES;
  let last = tiles - 1u;                           // rows past the end read the last one and are not stored
  var u = group.z * (inner * 4u * outer + APART) + min(k, outer - 1u);
  let row0 = (group.z * tiles + min(tile, last)) * inner;
  let row1 = (group.z * tiles + min(tile + 1u, last)) * inner;
  let row2 = (group.z * tiles + min(tile + 2u, last)) * inner;
  let row3 = (group.z * tiles + min(tile + 3u, last)) * inner;
  let row4 = (group.z * tiles + min(tile + 4u, last)) * inner;
  let row5 = (group.z * tiles + min(tile + 5u, last)) * inner;
  let row6 = (group.z * tiles + min(tile + 6u, last)) * inner;
  let row7 = (group.z * tiles + min(tile + 7u, last)) * inner;

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  for (var c = 0u; c < inner; c++) {
    let v0 = V[row0 + c]; let v1 = V[row1 + c]; let v2 = V[row2 + c]; let v3 = V[row3 + c];
    let v4 = V[row4 + c]; let v5 = V[row5 + c]; let v6 = V[row6 + c]; let v7 = V[row7 + c];
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
  if (tile + 1u < tiles) { M[out + outer] = m1; }
  if (tile + 2u < tiles) { M[out + 2u * outer] = m2; }
  if (tile + 3u < tiles) { M[out + 3u * outer] = m3; }
  if (tile + 4u < tiles) { M[out + 4u * outer] = m4; }
  if (tile + 5u < tiles) { M[out + 5u * outer] = m5; }
  if (tile + 6u < tiles) { M[out + 6u * outer] = m6; }
  if (tile + 7u < tiles) { M[out + 7u * outer] = m7; }
}
