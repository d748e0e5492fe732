// Operand A where 4 neighbouring rows make a vec4: the first 128 invocations bring 4 depths each. Expects readA(row / 4, depth) in the
// shader, rows counted from the tile's first.

var<private> a0: vec4f; var<private> a1: vec4f; var<private> a2: vec4f; var<private> a3: vec4f;

fn fetchA(depth: u32, local: u32) {
  if (local >= 128u) { return; }
  let row4 = local % 32u;
  let start = depth + local / 32u;
  a0 = readA(row4, start);
  a1 = readA(row4, start + 4u);
  a2 = readA(row4, start + 8u);
  a3 = readA(row4, start + 12u);
}

fn stageA(half: u32, local: u32) {
  if (local >= 128u) { return; }
  let row4 = local % 32u;
  let start = local / 32u * 32u;
  tiles[placeA(half, row4, 0u) + start] = a0;
  tiles[placeA(half, row4, 1u) + start] = a1;
  tiles[placeA(half, row4, 2u) + start] = a2;
  tiles[placeA(half, row4, 3u) + start] = a3;
}
