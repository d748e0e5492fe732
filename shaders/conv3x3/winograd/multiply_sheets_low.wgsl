// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 16 tiles t from 16 group.y and 4 k, e = group.z; channels are
// counted in vec4. V and U are sheets, laid out by sheets.wgsl. Every 8 neighbours of a subgroup read 8 tiles, one
// each, and hand them round. For few tiles.
// Expects subgroups whose first 8 invocations take part, all of one workgroup, and V, U, M and WORKGROUP in the shader.

const TILES = 16u;

fn multiply(tiles: u32, inner: u32, outer: u32, group: vec3u, local: u32, lane: u32) {
  let k = group.x * WORKGROUP + local;
  let tile = group.y * TILES;
  // Texels of tiles past the last one hold anything: they make sums that are not stored.
  var v = group.z * texelsOfTiles(tiles, inner) + placeOfTile(tile + lane % 8u, 0u, inner);
  var u = group.z * texelsOfFilters(inner * 4u, outer) + placeOfFilter(0u, min(k, outer - 1u), inner * 4u);

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  var m8 = vec4f(); var m9 = vec4f(); var m10 = vec4f(); var m11 = vec4f();
  var m12 = vec4f(); var m13 = vec4f(); var m14 = vec4f(); var m15 = vec4f();
  for (var c = 0u; c < inner; c++) {
    let w = filterAt(u);
    u += 4u * ABREAST;
    let own0 = textureLoad(V, texel(v));
    let own1 = textureLoad(V, texel(v + 8u));
    v += TOGETHER;
    m0 += w * subgroupBroadcast(own0, 0u); m1 += w * subgroupBroadcast(own0, 1u);
    m2 += w * subgroupBroadcast(own0, 2u); m3 += w * subgroupBroadcast(own0, 3u);
    m4 += w * subgroupBroadcast(own0, 4u); m5 += w * subgroupBroadcast(own0, 5u);
    m6 += w * subgroupBroadcast(own0, 6u); m7 += w * subgroupBroadcast(own0, 7u);
    m8 += w * subgroupBroadcast(own1, 0u); m9 += w * subgroupBroadcast(own1, 1u);
    m10 += w * subgroupBroadcast(own1, 2u); m11 += w * subgroupBroadcast(own1, 3u);
    m12 += w * subgroupBroadcast(own1, 4u); m13 += w * subgroupBroadcast(own1, 5u);
    m14 += w * subgroupBroadcast(own1, 6u); m15 += w * subgroupBroadcast(own1, 7u);
  }

  if (k >= outer) { return; }
  let out = (group.z * tiles + tile) * outer + k;
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
