// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 32 tiles t from 32 group.y and 8 k, e = group.z; channels are
// counted in vec4. V and U are sheets, laid out by sheets.wgsl. Every 8 neighbours of a subgroup read 8 tiles, one
// each, and hand them round. Sheets make loads cheap enough for so many sums.
// Expects subgroups whose first 8 invocations take part, all of one workgroup, and V, U, M and WORKGROUP in the shader.

const TILES = 32u;
const COLUMNS = 16u;                              // vec4 of k that a workgroup of 8 makes

fn multiply(tiles: u32, inner: u32, outer: u32, group: vec3u, local: u32, lane: u32) {
  let k = group.x * COLUMNS + local;
  let tile = group.y * TILES;
  // Texels of tiles past the last one hold anything: they make sums that are not stored.
  var v = group.z * texelsOfTiles(tiles, inner) + placeOfTile(tile + lane % 8u, 0u, inner);
  let filters = group.z * texelsOfFilters(inner * 4u, outer);
  var u = filters + placeOfFilter(0u, min(k, outer - 1u), inner * 4u);
  var u8 = filters + placeOfFilter(0u, min(k + 8u, outer - 1u), inner * 4u);

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  var m8 = vec4f(); var m9 = vec4f(); var m10 = vec4f(); var m11 = vec4f();
  var m12 = vec4f(); var m13 = vec4f(); var m14 = vec4f(); var m15 = vec4f();
  var m16 = vec4f(); var m17 = vec4f(); var m18 = vec4f(); var m19 = vec4f();
  var m20 = vec4f(); var m21 = vec4f(); var m22 = vec4f(); var m23 = vec4f();
  var m24 = vec4f(); var m25 = vec4f(); var m26 = vec4f(); var m27 = vec4f();
  var m28 = vec4f(); var m29 = vec4f(); var m30 = vec4f(); var m31 = vec4f();
  var n0 = vec4f(); var n1 = vec4f(); var n2 = vec4f(); var n3 = vec4f();
  var n4 = vec4f(); var n5 = vec4f(); var n6 = vec4f(); var n7 = vec4f();
  var n8 = vec4f(); var n9 = vec4f(); var n10 = vec4f(); var n11 = vec4f();
  var n12 = vec4f(); var n13 = vec4f(); var n14 = vec4f(); var n15 = vec4f();
  var n16 = vec4f(); var n17 = vec4f(); var n18 = vec4f(); var n19 = vec4f();
  var n20 = vec4f(); var n21 = vec4f(); var n22 = vec4f(); var n23 = vec4f();
  var n24 = vec4f(); var n25 = vec4f(); var n26 = vec4f(); var n27 = vec4f();
  var n28 = vec4f(); var n29 = vec4f(); var n30 = vec4f(); var n31 = vec4f();
  for (var c = 0u; c < inner; c++) {
    let w = filterAt(u);
    u += 4u * ABREAST;
    let w8 = filterAt(u8);
    u8 += 4u * ABREAST;
    let own0 = textureLoad(V, texel(v));
    let own1 = textureLoad(V, texel(v + 8u));
    let own2 = textureLoad(V, texel(v + 16u));
    let own3 = textureLoad(V, texel(v + 24u));
    v += TOGETHER;
    let v0 = subgroupBroadcast(own0, 0u); m0 += w * v0; n0 += w8 * v0;
    let v1 = subgroupBroadcast(own0, 1u); m1 += w * v1; n1 += w8 * v1;
    let v2 = subgroupBroadcast(own0, 2u); m2 += w * v2; n2 += w8 * v2;
    let v3 = subgroupBroadcast(own0, 3u); m3 += w * v3; n3 += w8 * v3;
    let v4 = subgroupBroadcast(own0, 4u); m4 += w * v4; n4 += w8 * v4;
    let v5 = subgroupBroadcast(own0, 5u); m5 += w * v5; n5 += w8 * v5;
    let v6 = subgroupBroadcast(own0, 6u); m6 += w * v6; n6 += w8 * v6;
    let v7 = subgroupBroadcast(own0, 7u); m7 += w * v7; n7 += w8 * v7;
    let v8 = subgroupBroadcast(own1, 0u); m8 += w * v8; n8 += w8 * v8;
    let v9 = subgroupBroadcast(own1, 1u); m9 += w * v9; n9 += w8 * v9;
    let v10 = subgroupBroadcast(own1, 2u); m10 += w * v10; n10 += w8 * v10;
    let v11 = subgroupBroadcast(own1, 3u); m11 += w * v11; n11 += w8 * v11;
    let v12 = subgroupBroadcast(own1, 4u); m12 += w * v12; n12 += w8 * v12;
    let v13 = subgroupBroadcast(own1, 5u); m13 += w * v13; n13 += w8 * v13;
    let v14 = subgroupBroadcast(own1, 6u); m14 += w * v14; n14 += w8 * v14;
    let v15 = subgroupBroadcast(own1, 7u); m15 += w * v15; n15 += w8 * v15;
    let v16 = subgroupBroadcast(own2, 0u); m16 += w * v16; n16 += w8 * v16;
    let v17 = subgroupBroadcast(own2, 1u); m17 += w * v17; n17 += w8 * v17;
    let v18 = subgroupBroadcast(own2, 2u); m18 += w * v18; n18 += w8 * v18;
    let v19 = subgroupBroadcast(own2, 3u); m19 += w * v19; n19 += w8 * v19;
    let v20 = subgroupBroadcast(own2, 4u); m20 += w * v20; n20 += w8 * v20;
    let v21 = subgroupBroadcast(own2, 5u); m21 += w * v21; n21 += w8 * v21;
    let v22 = subgroupBroadcast(own2, 6u); m22 += w * v22; n22 += w8 * v22;
    let v23 = subgroupBroadcast(own2, 7u); m23 += w * v23; n23 += w8 * v23;
    let v24 = subgroupBroadcast(own3, 0u); m24 += w * v24; n24 += w8 * v24;
    let v25 = subgroupBroadcast(own3, 1u); m25 += w * v25; n25 += w8 * v25;
    let v26 = subgroupBroadcast(own3, 2u); m26 += w * v26; n26 += w8 * v26;
    let v27 = subgroupBroadcast(own3, 3u); m27 += w * v27; n27 += w8 * v27;
    let v28 = subgroupBroadcast(own3, 4u); m28 += w * v28; n28 += w8 * v28;
    let v29 = subgroupBroadcast(own3, 5u); m29 += w * v29; n29 += w8 * v29;
    let v30 = subgroupBroadcast(own3, 6u); m30 += w * v30; n30 += w8 * v30;
    let v31 = subgroupBroadcast(own3, 7u); m31 += w * v31; n31 += w8 * v31;
  }

  for (var second = 0u; second < 2u; second++) {     // in a loop: lavapipe makes a page of code of each store
    let at = k + 8u * second;
    if (at >= outer) { return; }
    let out = (group.z * tiles + tile) * outer + at;
    store(tile, tiles, out, select(m0, n0, second == 1u));
    store(tile + 1u, tiles, out + outer, select(m1, n1, second == 1u));
    store(tile + 2u, tiles, out + 2u * outer, select(m2, n2, second == 1u));
    store(tile + 3u, tiles, out + 3u * outer, select(m3, n3, second == 1u));
    store(tile + 4u, tiles, out + 4u * outer, select(m4, n4, second == 1u));
    store(tile + 5u, tiles, out + 5u * outer, select(m5, n5, second == 1u));
    store(tile + 6u, tiles, out + 6u * outer, select(m6, n6, second == 1u));
    store(tile + 7u, tiles, out + 7u * outer, select(m7, n7, second == 1u));
    store(tile + 8u, tiles, out + 8u * outer, select(m8, n8, second == 1u));
    store(tile + 9u, tiles, out + 9u * outer, select(m9, n9, second == 1u));
    store(tile + 10u, tiles, out + 10u * outer, select(m10, n10, second == 1u));
    store(tile + 11u, tiles, out + 11u * outer, select(m11, n11, second == 1u));
    store(tile + 12u, tiles, out + 12u * outer, select(m12, n12, second == 1u));
    store(tile + 13u, tiles, out + 13u * outer, select(m13, n13, second == 1u));
    store(tile + 14u, tiles, out + 14u * outer, select(m14, n14, second == 1u));
    store(tile + 15u, tiles, out + 15u * outer, select(m15, n15, second == 1u));
    store(tile + 16u, tiles, out + 16u * outer, select(m16, n16, second == 1u));
    store(tile + 17u, tiles, out + 17u * outer, select(m17, n17, second == 1u));
    store(tile + 18u, tiles, out + 18u * outer, select(m18, n18, second == 1u));
    store(tile + 19u, tiles, out + 19u * outer, select(m19, n19, second == 1u));
    store(tile + 20u, tiles, out + 20u * outer, select(m20, n20, second == 1u));
    store(tile + 21u, tiles, out + 21u * outer, select(m21, n21, second == 1u));
    store(tile + 22u, tiles, out + 22u * outer, select(m22, n22, second == 1u));
    store(tile + 23u, tiles, out + 23u * outer, select(m23, n23, second == 1u));
    store(tile + 24u, tiles, out + 24u * outer, select(m24, n24, second == 1u));
    store(tile + 25u, tiles, out + 25u * outer, select(m25, n25, second == 1u));
    store(tile + 26u, tiles, out + 26u * outer, select(m26, n26, second == 1u));
    store(tile + 27u, tiles, out + 27u * outer, select(m27, n27, second == 1u));
    store(tile + 28u, tiles, out + 28u * outer, select(m28, n28, second == 1u));
    store(tile + 29u, tiles, out + 29u * outer, select(m29, n29, second == 1u));
    store(tile + 30u, tiles, out + 30u * outer, select(m30, n30, second == 1u));
    store(tile + 31u, tiles, out + 31u * outer, select(m31, n31, second == 1u));
  }
}
