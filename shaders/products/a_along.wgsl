// Operand A where 4 neighbours along the depth make a vec4: the first 128 invocations bring 4 rows each and transpose them. Expects
// readA(row, depth / 4) in the shader, rows counted from the tile's first.

var<private> a0: vec4f; var<private> a1: vec4f; var<private> a2: vec4f; var<private> a3: vec4f;

fn fetchA(depth: u32, local: u32) {
  if (local >= 128u) { return; }
  let row = local / 4u * 4u;
  let depth4 = depth / 4u + local % 4u;
  a0 = readA(row, depth4);
  a1 = readA(row + 1u, depth4);
  a2 = readA(row + 2u, depth4);
  a3 = readA(row + 3u, depth4);
}

fn stageA(half: u32, local: u32) {
  if (local >= 128u) { return; }
  let at = placeA(half, local / 4u, local % 4u);
  tiles[at] = vec4f(a0.x, a1.x, a2.x, a3.x);
  tiles[at + 32u] = vec4f(a0.y, a1.y, a2.y, a3.y);
  tiles[at + 64u] = vec4f(a0.z, a1.z, a2.z, a3.z);
  tiles[at + 96u] = vec4f(a0.w, a1.w, a2.w, a3.w);
}
