// M[r][j][t][k] = sum over i of A[i][r] times the sum over c of V[6i+j][t][c] U[6i+j][c][k], for 16 tiles t from
// 16 group.y and 4 k, j = group.z: the products of a column of elements, transformed into the column's four rows of
// outputs before they are stored; channels are counted in vec4. V and U are sheets, laid out by sheets.wgsl. Every 8
// neighbours of a subgroup read 8 tiles, one each, and hand them round. Half
// as many as multiply_sheets.wgsl makes, for few tiles.
// Expects subgroups whose first 8 invocations take part, all of one workgroup, and V, U, M and WORKGROUP in the shader.

const TILES = 16u;

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
  for (var i = 0u; i < 6u; i++) {
    // Texels of tiles past the last one hold anything: they make sums that are not stored.
    let element = 6u * i + group.z;
    var v = element * texelsOfTiles(tiles, inner) + placeOfTile(tile + lane % 8u, 0u, inner);
    var u = element * texelsOfFilters(inner * 4u, outer) + placeOfFilter(0u, min(k, outer - 1u), inner * 4u);
    var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
    var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
    var m8 = vec4f(); var m9 = vec4f(); var m10 = vec4f(); var m11 = vec4f();
    var m12 = vec4f(); var m13 = vec4f(); var m14 = vec4f(); var m15 = vec4f();
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
    let f = factors(i);
    r0 = add(r0, m0, f); r1 = add(r1, m1, f); r2 = add(r2, m2, f); r3 = add(r3, m3, f);
    r4 = add(r4, m4, f); r5 = add(r5, m5, f); r6 = add(r6, m6, f); r7 = add(r7, m7, f);
    r8 = add(r8, m8, f); r9 = add(r9, m9, f); r10 = add(r10, m10, f); r11 = add(r11, m11, f);
    r12 = add(r12, m12, f); r13 = add(r13, m13, f); r14 = add(r14, m14, f); r15 = add(r15, m15, f);
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
}
