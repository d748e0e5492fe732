// M[r][j][t][k] = sum over i of A[i][r] times the sum over c of V[6i+j][t][c] U[6i+j][c][k], for 32 tiles t from
// 32 group.y and 4 k, j = group.z: the products of a column of elements, transformed into the column's four rows of
// outputs before they are stored; channels are counted in vec4. V and U are sheets, laid out by sheets.wgsl. Every 8
// neighbours of a subgroup read 8 tiles, one each, and hand them round. Sheets
// make loads cheap enough for 32 rows.
// Expects subgroups whose first 8 invocations take part, all of one workgroup, and V, U, M and WORKGROUP in the shader.

const TILES = 32u;

// Four rows of outputs
struct Rows { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

// What element i of a column counts for in each row: column i of A transposed, as in transforms.wgsl.
fn factors(i: u32) -> vec4f {
  switch i {
    case 0u: { return vec4f(1.0, 0.0, 0.0, 0.0); }
    case 1u: { return vec4f(1.0, 1.0, 1.0, 1.0); }
    case 2u: { return vec4f(1.0, -1.0, 1.0, -1.0); }
    case 3u: { return vec4f(1.0, 2.0, 4.0, 8.0); }
    case 4u: { return vec4f(1.0, -2.0, 4.0, -8.0); }
    default: { return vec4f(0.0, 0.0, 0.0, 1.0); }
  }
}

fn add(rows: Rows, sums: vec4f, f: vec4f) -> Rows {
  return Rows(rows.a + f.x * sums, rows.b + f.y * sums, rows.c + f.z * sums, rows.d + f.w * sums);
}

fn store(tile: u32, tiles: u32, at: u32, step: u32, rows: Rows) {
  if (tile >= tiles) { return; }
  M[at] = rows.a;
  M[at + step] = rows.b;
  M[at + 2u * step] = rows.c;
  M[at + 3u * step] = rows.d;
}

fn multiply(tiles: u32, inner: u32, outer: u32, group: vec3u, local: u32, lane: u32) {
  let k = group.x * WORKGROUP + local;
  let tile = group.y * TILES;
  var r0 = Rows(); var r1 = Rows(); var r2 = Rows(); var r3 = Rows();
  var r4 = Rows(); var r5 = Rows(); var r6 = Rows(); var r7 = Rows();
  var r8 = Rows(); var r9 = Rows(); var r10 = Rows(); var r11 = Rows();
  var r12 = Rows(); var r13 = Rows(); var r14 = Rows(); var r15 = Rows();
  var r16 = Rows(); var r17 = Rows(); var r18 = Rows(); var r19 = Rows();
  var r20 = Rows(); var r21 = Rows(); var r22 = Rows(); var r23 = Rows();
  var r24 = Rows(); var r25 = Rows(); var r26 = Rows(); var r27 = Rows();
  var r28 = Rows(); var r29 = Rows(); var r30 = Rows(); var r31 = Rows();
  for (var i = 0u; i < 6u; i++) {
    // Texels of tiles past the last one hold anything: they make sums that are not stored.
    let element = 6u * i + group.z;
    var v = element * texelsOfTiles(tiles, inner) + placeOfTile(tile + lane % 8u, 0u, inner);
    var u = element * texelsOfFilters(inner * 4u, outer) + placeOfFilter(0u, min(k, outer - 1u), inner * 4u);
    var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
    var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
    var m8 = vec4f(); var m9 = vec4f(); var m10 = vec4f(); var m11 = vec4f();
    var m12 = vec4f(); var m13 = vec4f(); var m14 = vec4f(); var m15 = vec4f();
    var m16 = vec4f(); var m17 = vec4f(); var m18 = vec4f(); var m19 = vec4f();
    var m20 = vec4f(); var m21 = vec4f(); var m22 = vec4f(); var m23 = vec4f();
    var m24 = vec4f(); var m25 = vec4f(); var m26 = vec4f(); var m27 = vec4f();
    var m28 = vec4f(); var m29 = vec4f(); var m30 = vec4f(); var m31 = vec4f();
    for (var c = 0u; c < inner; c++) {
      let w = mat4x4f(
        textureLoad(U, texel(u)),
        textureLoad(U, texel(u + ABREAST)),
        textureLoad(U, texel(u + 2u * ABREAST)),
        textureLoad(U, texel(u + 3u * ABREAST)),
      );
      u += 4u * ABREAST;
      let own0 = textureLoad(V, texel(v));
      let own1 = textureLoad(V, texel(v + 8u));
      let own2 = textureLoad(V, texel(v + 16u));
      let own3 = textureLoad(V, texel(v + 24u));
      v += TOGETHER;
      m0 += w * subgroupBroadcast(own0, 0u); m1 += w * subgroupBroadcast(own0, 1u);
      m2 += w * subgroupBroadcast(own0, 2u); m3 += w * subgroupBroadcast(own0, 3u);
      m4 += w * subgroupBroadcast(own0, 4u); m5 += w * subgroupBroadcast(own0, 5u);
      m6 += w * subgroupBroadcast(own0, 6u); m7 += w * subgroupBroadcast(own0, 7u);
      m8 += w * subgroupBroadcast(own1, 0u); m9 += w * subgroupBroadcast(own1, 1u);
      m10 += w * subgroupBroadcast(own1, 2u); m11 += w * subgroupBroadcast(own1, 3u);
      m12 += w * subgroupBroadcast(own1, 4u); m13 += w * subgroupBroadcast(own1, 5u);
      m14 += w * subgroupBroadcast(own1, 6u); m15 += w * subgroupBroadcast(own1, 7u);
      m16 += w * subgroupBroadcast(own2, 0u); m17 += w * subgroupBroadcast(own2, 1u);
      m18 += w * subgroupBroadcast(own2, 2u); m19 += w * subgroupBroadcast(own2, 3u);
      m20 += w * subgroupBroadcast(own2, 4u); m21 += w * subgroupBroadcast(own2, 5u);
      m22 += w * subgroupBroadcast(own2, 6u); m23 += w * subgroupBroadcast(own2, 7u);
      m24 += w * subgroupBroadcast(own3, 0u); m25 += w * subgroupBroadcast(own3, 1u);
      m26 += w * subgroupBroadcast(own3, 2u); m27 += w * subgroupBroadcast(own3, 3u);
      m28 += w * subgroupBroadcast(own3, 4u); m29 += w * subgroupBroadcast(own3, 5u);
      m30 += w * subgroupBroadcast(own3, 6u); m31 += w * subgroupBroadcast(own3, 7u);
    }
    let f = factors(i);
    r0 = add(r0, m0, f); r1 = add(r1, m1, f); r2 = add(r2, m2, f); r3 = add(r3, m3, f);
    r4 = add(r4, m4, f); r5 = add(r5, m5, f); r6 = add(r6, m6, f); r7 = add(r7, m7, f);
    r8 = add(r8, m8, f); r9 = add(r9, m9, f); r10 = add(r10, m10, f); r11 = add(r11, m11, f);
    r12 = add(r12, m12, f); r13 = add(r13, m13, f); r14 = add(r14, m14, f); r15 = add(r15, m15, f);
    r16 = add(r16, m16, f); r17 = add(r17, m17, f); r18 = add(r18, m18, f); r19 = add(r19, m19, f);
    r20 = add(r20, m20, f); r21 = add(r21, m21, f); r22 = add(r22, m22, f); r23 = add(r23, m23, f);
    r24 = add(r24, m24, f); r25 = add(r25, m25, f); r26 = add(r26, m26, f); r27 = add(r27, m27, f);
    r28 = add(r28, m28, f); r29 = add(r29, m29, f); r30 = add(r30, m30, f); r31 = add(r31, m31, f);
  }

  if (k >= outer) { return; }
  let out = (group.z * tiles + tile) * outer + k;
  let step = 6u * tiles * outer;
  store(tile, tiles, out, step, r0);
  store(tile + 1u, tiles, out + outer, step, r1);
  store(tile + 2u, tiles, out + 2u * outer, step, r2);
  store(tile + 3u, tiles, out + 3u * outer, step, r3);
  store(tile + 4u, tiles, out + 4u * outer, step, r4);
  store(tile + 5u, tiles, out + 5u * outer, step, r5);
  store(tile + 6u, tiles, out + 6u * outer, step, r6);
  store(tile + 7u, tiles, out + 7u * outer, step, r7);
  store(tile + 8u, tiles, out + 8u * outer, step, r8);
  store(tile + 9u, tiles, out + 9u * outer, step, r9);
  store(tile + 10u, tiles, out + 10u * outer, step, r10);
  store(tile + 11u, tiles, out + 11u * outer, step, r11);
  store(tile + 12u, tiles, out + 12u * outer, step, r12);
  store(tile + 13u, tiles, out + 13u * outer, step, r13);
  store(tile + 14u, tiles, out + 14u * outer, step, r14);
  store(tile + 15u, tiles, out + 15u * outer, step, r15);
  store(tile + 16u, tiles, out + 16u * outer, step, r16);
  store(tile + 17u, tiles, out + 17u * outer, step, r17);
  store(tile + 18u, tiles, out + 18u * outer, step, r18);
  store(tile + 19u, tiles, out + 19u * outer, step, r19);
  store(tile + 20u, tiles, out + 20u * outer, step, r20);
  store(tile + 21u, tiles, out + 21u * outer, step, r21);
  store(tile + 22u, tiles, out + 22u * outer, step, r22);
  store(tile + 23u, tiles, out + 23u * outer, step, r23);
  store(tile + 24u, tiles, out + 24u * outer, step, r24);
  store(tile + 25u, tiles, out + 25u * outer, step, r25);
  store(tile + 26u, tiles, out + 26u * outer, step, r26);
  store(tile + 27u, tiles, out + 27u * outer, step, r27);
  store(tile + 28u, tiles, out + 28u * outer, step, r28);
  store(tile + 29u, tiles, out + 29u * outer, step, r29);
  store(tile + 30u, tiles, out + 30u * outer, step, r30);
  store(tile + 31u, tiles, out + 31u * outer, step, r31);
}
