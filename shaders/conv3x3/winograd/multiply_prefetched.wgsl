// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for 128 tiles t and 64 k a workgroup, e = group.z; channels are counted in vec4. See
// products/tile.wgsl; A is V, stored along the depth, and B is U. Expects V, U and M in the shader.

const APART = 4u;                                  // vec4 between elements of U, as its writer leaves

struct Product { tiles: u32, inner: u32, outer: u32, startV: u32, startU: u32, firstTile: u32, firstK: u32 }

var<private> product: Product;

fn readA(row: u32, c: u32) -> vec4f {
  let tile = min(product.firstTile + row, product.tiles - 1u);         // rows past the end read the last one and are not stored
  let at = product.startV + tile * product.inner + min(c, product.inner - 1u);
  return select(vec4f(0.0), V[at], c < product.inner);
}

fn readB(depth: u32, column: u32) -> vec4f {
  let k = min(product.firstK + column, product.outer - 1u);
  let c = min(depth, product.inner * 4u - 1u);
  return select(vec4f(0.0), U[product.startU + c * product.outer + k], depth < product.inner * 4u);
}

fn endOfStep(_depth: u32) {}

fn store(row: u32, k: u32, e: u32, left: vec4f, right: vec4f) {
  let tile = product.firstTile + row;
  if (tile >= product.tiles) { return; }
  let at = (e * product.tiles + tile) * product.outer + k;
  if (k < product.outer) { M[at] = left; }
  if (k + 8u < product.outer) { M[at + 8u] = right; }
}

fn multiply(tiles: u32, inner: u32, outer: u32, group: vec3u, local: u32) {
  let e = group.z;
  product = Product(
    tiles, inner, outer,
    e * tiles * inner, e * (inner * 4u * outer + APART),
    group.y * 128u, group.x * 16u,
  );
  walk(0u, inner * 4u, local);

  let square = squareOf(local);
  let k = product.firstK + square.tx;
  let row = square.ty * 4u;
  store(row, k, e, s0, t0);
  store(row + 1u, k, e, s1, t1);
  store(row + 2u, k, e, s2, t2);
  store(row + 3u, k, e, s3, t3);
  store(row + 64u, k, e, s4, t4);
  store(row + 65u, k, e, s5, t5);
  store(row + 66u, k, e, s6, t6);
  store(row + 67u, k, e, s7, t7);
}
