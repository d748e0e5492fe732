// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 16 tiles t from 16 group.y and 4 k, e = group.z; channels are
// counted in vec4. Every 4 neighbours of a subgroup read 4 rows of V, one each, and hand them round. Half as many
// as multiply_subgroup4.wgsl makes, for few tiles.
// Expects subgroups whose first 4 invocations take part, all of one workgroup, and V, U, M and WORKGROUP in the shader.

const TILES = 16u;
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

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  var m8 = vec4f(); var m9 = vec4f(); var m10 = vec4f(); var m11 = vec4f();
  var m12 = vec4f(); var m13 = vec4f(); var m14 = vec4f(); var m15 = vec4f();
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
}
