// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 32 tiles t from 32 group.y and 4 k, e = group.z; channels are
// counted in vec4. Every 4 neighbours of a subgroup, a quad, read 4 rows of V, one each, and swap them: an invocation begins with its own
// row and takes those of the others in turn, since a swap costs software half of a broadcast. 32 rows for
// 4 columns, since what a load of an invocation costs is what counts on CPUs.
// Expects quads that take part as a whole, all of one workgroup, and V, U, M and WORKGROUP in the shader.

const TILES = 32u;
const APART = 4u;                                  // vec4 between elements of U, as its writer leaves

fn multiply(tiles: u32, inner: u32, outer: u32, group: vec3u, local: u32, lane: u32) {
  let k = group.x * WORKGROUP + local;
  let tile = group.y * TILES;
  let own = tile + lane % 4u;                      // tile is divisible by 4: own ^ 1 is the row of the neighbour in the quad
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
    m0 += w * v; m1 += w * quadSwapX(v); m2 += w * quadSwapY(v); m3 += w * quadSwapDiagonal(v);
    v = V[row1 + c];
    m4 += w * v; m5 += w * quadSwapX(v); m6 += w * quadSwapY(v); m7 += w * quadSwapDiagonal(v);
    v = V[row2 + c];
    m8 += w * v; m9 += w * quadSwapX(v); m10 += w * quadSwapY(v); m11 += w * quadSwapDiagonal(v);
    v = V[row3 + c];
    m12 += w * v; m13 += w * quadSwapX(v); m14 += w * quadSwapY(v); m15 += w * quadSwapDiagonal(v);
    v = V[row4 + c];
    m16 += w * v; m17 += w * quadSwapX(v); m18 += w * quadSwapY(v); m19 += w * quadSwapDiagonal(v);
    v = V[row5 + c];
    m20 += w * v; m21 += w * quadSwapX(v); m22 += w * quadSwapY(v); m23 += w * quadSwapDiagonal(v);
    v = V[row6 + c];
    m24 += w * v; m25 += w * quadSwapX(v); m26 += w * quadSwapY(v); m27 += w * quadSwapDiagonal(v);
    v = V[row7 + c];
    m28 += w * v; m29 += w * quadSwapX(v); m30 += w * quadSwapY(v); m31 += w * quadSwapDiagonal(v);
  }

  if (k >= outer) { return; }
  let at = (element + own) * outer + k;
  let atX = (element + (own ^ 1u)) * outer + k;
  let atY = (element + (own ^ 2u)) * outer + k;
  let atDiagonal = (element + (own ^ 3u)) * outer + k;
  store(own, tiles, at, m0);
  store(own ^ 1u, tiles, atX, m1);
  store(own ^ 2u, tiles, atY, m2);
  store(own ^ 3u, tiles, atDiagonal, m3);
  store(own + 4u, tiles, at + 4u * outer, m4);
  store((own ^ 1u) + 4u, tiles, atX + 4u * outer, m5);
  store((own ^ 2u) + 4u, tiles, atY + 4u * outer, m6);
  store((own ^ 3u) + 4u, tiles, atDiagonal + 4u * outer, m7);
  store(own + 8u, tiles, at + 8u * outer, m8);
  store((own ^ 1u) + 8u, tiles, atX + 8u * outer, m9);
  store((own ^ 2u) + 8u, tiles, atY + 8u * outer, m10);
  store((own ^ 3u) + 8u, tiles, atDiagonal + 8u * outer, m11);
  store(own + 12u, tiles, at + 12u * outer, m12);
  store((own ^ 1u) + 12u, tiles, atX + 12u * outer, m13);
  store((own ^ 2u) + 12u, tiles, atY + 12u * outer, m14);
  store((own ^ 3u) + 12u, tiles, atDiagonal + 12u * outer, m15);
  store(own + 16u, tiles, at + 16u * outer, m16);
  store((own ^ 1u) + 16u, tiles, atX + 16u * outer, m17);
  store((own ^ 2u) + 16u, tiles, atY + 16u * outer, m18);
  store((own ^ 3u) + 16u, tiles, atDiagonal + 16u * outer, m19);
  store(own + 20u, tiles, at + 20u * outer, m20);
  store((own ^ 1u) + 20u, tiles, atX + 20u * outer, m21);
  store((own ^ 2u) + 20u, tiles, atY + 20u * outer, m22);
  store((own ^ 3u) + 20u, tiles, atDiagonal + 20u * outer, m23);
  store(own + 24u, tiles, at + 24u * outer, m24);
  store((own ^ 1u) + 24u, tiles, atX + 24u * outer, m25);
  store((own ^ 2u) + 24u, tiles, atY + 24u * outer, m26);
  store((own ^ 3u) + 24u, tiles, atDiagonal + 24u * outer, m27);
  store(own + 28u, tiles, at + 28u * outer, m28);
  store((own ^ 1u) + 28u, tiles, atX + 28u * outer, m29);
  store((own ^ 2u) + 28u, tiles, atY + 28u * outer, m30);
  store((own ^ 3u) + 28u, tiles, atDiagonal + 28u * outer, m31);
}
