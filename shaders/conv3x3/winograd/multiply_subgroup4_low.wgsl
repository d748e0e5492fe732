// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 16 tiles t from 16 group.y and 4 k, e = group.z; channels are
// counted in vec4. Every 4 neighbours of a subgroup, a quad, read 4 rows of V, one each, and swap them: an invocation begins with its own
// row and takes those of the others in turn, since a swap costs software half of a broadcast. Half as many
// as multiply_subgroup4.wgsl makes, for few tiles.
// Expects quads that take part as a whole, all of one workgroup, and V, U, M and WORKGROUP in the shader.

const TILES = 16u;
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
    m0 += w * v; m1 += w * quadSwapX(v); m2 += w * quadSwapY(v); m3 += w * quadSwapDiagonal(v);
    v = V[row1 + c];
    m4 += w * v; m5 += w * quadSwapX(v); m6 += w * quadSwapY(v); m7 += w * quadSwapDiagonal(v);
    v = V[row2 + c];
    m8 += w * v; m9 += w * quadSwapX(v); m10 += w * quadSwapY(v); m11 += w * quadSwapDiagonal(v);
    v = V[row3 + c];
    m12 += w * v; m13 += w * quadSwapX(v); m14 += w * quadSwapY(v); m15 += w * quadSwapDiagonal(v);
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
}
