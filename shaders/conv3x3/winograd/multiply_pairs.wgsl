// M[e][t][k] = sum over c of V[e][t][c] U[e][c][k] for BM tiles t and BN k a workgroup, e = group.z; channels are counted in vec4. See
// products/pairs.wgsl; A is V, B is U. Expects V, U and M in the shader.

const APART = 4u;                                  // vec4 between elements of U, as its writer leaves

struct Product { tiles: u32, inner: u32, outer: u32, startV: u32, startU: u32, startM: u32, firstTile: u32, firstK: u32 }

var<private> product: Product;

fn readA(row: u32, c: u32) -> vec4f {
  let tile = min(product.firstTile + row, product.tiles - 1u);         // rows past the end read the last one and are not stored
  let at = product.startV + tile * product.inner + min(c, product.inner - 1u);
  return select(vec4f(0.0), V[at], c < product.inner);
}

fn readB(depth: u32, column4: u32) -> vec4f {
  let k = min(product.firstK + column4, product.outer - 1u);
  let c = min(depth, product.inner * 4u - 1u);
  return select(vec4f(0.0), U[product.startU + c * product.outer + k], depth < product.inner * 4u);
}

fn store(row: u32, column4: u32, sums: vec4f) {
  let tile = product.firstTile + row;
  let k = product.firstK + column4;
  if (tile < product.tiles && k < product.outer) { M[product.startM + tile * product.outer + k] = sums; }
}

// 8 neighbours look through a row together.
fn scaleRows(index: u32) {
  for (var first = 0u; first < BM; first += INVOCATIONS / 8u) {
    let row = first + index / 8u;
    var sizes = vec4u(0u);
    for (var c = 0u; c < product.inner; c += 8u) { sizes = max(sizes, sizeBits(readA(row, c + index % 8u))); }
    tiles[row * 2u + index % 8u / 4u][index % 4u] = largest(sizes);
  }
  workgroupBarrier();
  if (index < BM) { scalesA[index] = scaleOf(largest(max(tiles[2u * index], tiles[2u * index + 1u]))); }
  workgroupBarrier();
}

// 8 invocations look through 4 columns together.
fn scaleColumns(index: u32) {
  let column4 = index % (BN / 4u);
  var sizes = vec4u(0u);
  for (var c = index / (BN / 4u); c < product.inner * 4u; c += 8u) { sizes = max(sizes, sizeBits(readB(c, column4))); }
  tiles[index] = sizes;
  workgroupBarrier();
  if (index < BN / 4u) {
    let first = max(max(tiles[index], tiles[index + BN / 4u]), max(tiles[index + BN / 2u], tiles[index + BN / 4u * 3u]));
    let second = max(max(tiles[index + BN], tiles[index + BN / 4u * 5u]), max(tiles[index + BN / 2u * 3u], tiles[index + BN / 4u * 7u]));
    scalesB[index] = scalesOf(max(first, second));
  }
  workgroupBarrier();
}

fn multiply(count: u32, inner: u32, outer: u32, group: vec3u, index: u32, subgroup: u32) {
  let e = group.z;
  product = Product(
    count, inner, outer,
    e * count * inner, e * (inner * 4u * outer + APART), e * count * outer,
    group.y * BM, group.x * (BN / 4u),
  );
  scaleRows(index);
  scaleColumns(index);
  walk(0u, inner * 4u, index, subgroup);
}
