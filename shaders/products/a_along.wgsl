// Operand A where 4 neighbours along the depth make a vec4: every invocation brings 4 rows and transposes them. Expects
// readA(row, depth / 4) in the shader, rows counted from the tile's first.

var<private> a0: vec4f; var<private> a1: vec4f; var<private> a2: vec4f; var<private> a3: vec4f;

fn fetchA(depth: u32, local: u32) {
  let row = local / 4u * 4u;
  let depth4 = depth / 4u + local % 4u;
  a0 = readA(row, depth4);
  a1 = readA(row + 1u, depth4);
  a2 = readA(row + 2u, depth4);
  a3 = readA(row + 3u, depth4);
}

fn stageA(local: u32) {
  let depth4 = local % 4u;
  let row4 = swizzled(local / 4u, depth4);
  tileA[4u * depth4][row4] = vec4f(a0.x, a1.x, a2.x, a3.x);
  tileA[4u * depth4 + 1u][row4] = vec4f(a0.y, a1.y, a2.y, a3.y);
  tileA[4u * depth4 + 2u][row4] = vec4f(a0.z, a1.z, a2.z, a3.z);
  tileA[4u * depth4 + 3u][row4] = vec4f(a0.w, a1.w, a2.w, a3.w);
}
