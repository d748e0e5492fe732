// Operand A where 4 neighbouring rows make a vec4: every invocation brings 4 depths. Expects readA(row / 4, depth) in the shader, rows
// counted from the tile's first.

var<private> a0: vec4f; var<private> a1: vec4f; var<private> a2: vec4f; var<private> a3: vec4f;

fn fetchA(depth: u32, local: u32) {
  let row4 = local % 32u;
  let start = depth + local / 32u;
  a0 = readA(row4, start);
  a1 = readA(row4, start + 4u);
  a2 = readA(row4, start + 8u);
  a3 = readA(row4, start + 12u);
}

fn stageA(local: u32) {
  let row4 = local % 32u;
  let start = local / 32u;
  tileA[start][swizzled(row4, 0u)] = a0;
  tileA[start + 4u][swizzled(row4, 1u)] = a1;
  tileA[start + 8u][swizzled(row4, 2u)] = a2;
  tileA[start + 12u][swizzled(row4, 3u)] = a3;
}
