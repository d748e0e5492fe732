// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 32 tiles t from 32 group.y and 4 k, e = group.z; channels are
// counted in vec4. Every 4 neighbours of a subgroup read 4 rows of V, one each, and hand them round. 32 rows for
// 4 columns, since what a load of an invocation costs is what counts on CPUs.
// Expects subgroups whose first 4 invocations take part, all of one workgroup, and V, U, M and WORKGROUP in the shader.

const TILES = 32u;
const APART = 4u;                                  // vec4 between elements of U, as its writer leaves

fn multiply(tiles: u32, inner: u32, outer: u32, group: vec3u, local: u32, lane: u32) {
  let k = group.x * WORKGROUP + local;
  let tile = group.y * TILES;
  let own = tile + lane % 4u;
  let last = tiles - 1u;                           // rows past the end read the last one and are not stored
  let element = group.z * tiles;
  var u = group.z * (inner * 4u * outer + APART) + min(k, outer - 1u);
  let row0 = (element + min(own, last)) * inner;
  let row1 = (element + min(own + 4u, last)) * inner;
  let row2 = (element + min(own + 8u, last)) * inner;
  let row3 = (element + min(own + 12u, last)) * inner;
  let row4 = (element + min(own + 16u, last)) * inner;
  let row5 = (element + min(own + 20u, last)) * inner;
  let row6 = (element + min(own + 24u, last)) * inner;
  let row7 = (element + min(own + 28u, last)) * inner;

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  var m8 = vec4f(); var m9 = vec4f(); var m10 = vec4f(); var m11 = vec4f();
  var m12 = vec4f(); var m13 = vec4f(); var m14 = vec4f(); var m15 = vec4f();
  var m16 = vec4f(); var m17 = vec4f(); var m18 = vec4f(); var m19 = vec4f();
  var m20 = vec4f(); var m21 = vec4f(); var m22 = vec4f(); var m23 = vec4f();
  var m24 = vec4f(); var m25 = vec4f(); var m26 = vec4f(); var m27 = vec4f();
  var m28 = vec4f(); var m29 = vec4f(); var m30 = vec4f(); var m31 = vec4f();
  for (var c = 0u; c < inner; c++) {
    // A column of w holds 4 k of one c, so matrix times vector sums over 4 c: the m, more than registers hold, are
    // read and written once for 4.
    let w = mat4x4f(U[u], U[u + outer], U[u + 2u * outer], U[u + 3u * outer]);
    u += 4u * outer;
    var v = V[row0 + c];
    m0 += w * subgroupBroadcast(v, 0u); m1 += w * subgroupBroadcast(v, 1u);
    m2 += w * subgroupBroadcast(v, 2u); m3 += w * subgroupBroadcast(v, 3u);
    v = V[row1 + c];
    m4 += w * subgroupBroadcast(v, 0u); m5 += w * subgroupBroadcast(v, 1u);
    m6 += w * subgroupBroadcast(v, 2u); m7 += w * subgroupBroadcast(v, 3u);
    v = V[row2 + c];
    m8 += w * subgroupBroadcast(v, 0u); m9 += w * subgroupBroadcast(v, 1u);
    m10 += w * subgroupBroadcast(v, 2u); m11 += w * subgroupBroadcast(v, 3u);
    v = V[row3 + c];
    m12 += w * subgroupBroadcast(v, 0u); m13 += w * subgroupBroadcast(v, 1u);
    m14 += w * subgroupBroadcast(v, 2u); m15 += w * subgroupBroadcast(v, 3u);
    v = V[row4 + c];
    m16 += w * subgroupBroadcast(v, 0u); m17 += w * subgroupBroadcast(v, 1u);
    m18 += w * subgroupBroadcast(v, 2u); m19 += w * subgroupBroadcast(v, 3u);
    v = V[row5 + c];
    m20 += w * subgroupBroadcast(v, 0u); m21 += w * subgroupBroadcast(v, 1u);
    m22 += w * subgroupBroadcast(v, 2u); m23 += w * subgroupBroadcast(v, 3u);
    v = V[row6 + c];
    m24 += w * subgroupBroadcast(v, 0u); m25 += w * subgroupBroadcast(v, 1u);
    m26 += w * subgroupBroadcast(v, 2u); m27 += w * subgroupBroadcast(v, 3u);
    v = V[row7 + c];
    m28 += w * subgroupBroadcast(v, 0u); m29 += w * subgroupBroadcast(v, 1u);
    m30 += w * subgroupBroadcast(v, 2u); m31 += w * subgroupBroadcast(v, 3u);
  }

  if (k >= outer) { return; }
  let out = (element + tile) * outer + k;
  store(tile, tiles, out, m0);
  store(tile + 1u, tiles, out + outer, m1);
  store(tile + 2u, tiles, out + 2u * outer, m2);
  store(tile + 3u, tiles, out + 3u * outer, m3);
  store(tile + 4u, tiles, out + 4u * outer, m4);
  store(tile + 5u, tiles, out + 5u * outer, m5);
  store(tile + 6u, tiles, out + 6u * outer, m6);
  store(tile + 7u, tiles, out + 7u * outer, m7);
  store(tile + 8u, tiles, out + 8u * outer, m8);
  store(tile + 9u, tiles, out + 9u * outer, m9);
  store(tile + 10u, tiles, out + 10u * outer, m10);
  store(tile + 11u, tiles, out + 11u * outer, m11);
  store(tile + 12u, tiles, out + 12u * outer, m12);
  store(tile + 13u, tiles, out + 13u * outer, m13);
  store(tile + 14u, tiles, out + 14u * outer, m14);
  store(tile + 15u, tiles, out + 15u * outer, m15);
  store(tile + 16u, tiles, out + 16u * outer, m16);
  store(tile + 17u, tiles, out + 17u * outer, m17);
  store(tile + 18u, tiles, out + 18u * outer, m18);
  store(tile + 19u, tiles, out + 19u * outer, m19);
  store(tile + 20u, tiles, out + 20u * outer, m20);
  store(tile + 21u, tiles, out + 21u * outer, m21);
  store(tile + 22u, tiles, out + 22u * outer, m22);
  store(tile + 23u, tiles, out + 23u * outer, m23);
  store(tile + 24u, tiles, out + 24u * outer, m24);
  store(tile + 25u, tiles, out + 25u * outer, m25);
  store(tile + 26u, tiles, out + 26u * outer, m26);
  store(tile + 27u, tiles, out + 27u * outer, m27);
  store(tile + 28u, tiles, out + 28u * outer, m28);
  store(tile + 29u, tiles, out + 29u * outer, m29);
  store(tile + 30u, tiles, out + 30u * outer, m30);
  store(tile + 31u, tiles, out + 31u * outer, m31);
}
