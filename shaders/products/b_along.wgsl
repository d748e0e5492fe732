// Operand B where 4 neighbours along the depth make a vec4: the last half of the invocations bring 4 columns each and transpose them.
// Expects readB(depth / 4, column) in the shader, columns counted from the tile's first.

var<private> b0: vec4f; var<private> b1: vec4f; var<private> b2: vec4f; var<private> b3: vec4f;

fn fetchB(depth: u32, local: u32) {
  if (local < 64u) { return; }
  let column = (local - 64u) / 4u * 4u;
  let depth4 = depth / 4u + local % 4u;
  b0 = readB(depth4, column);
  b1 = readB(depth4, column + 1u);
  b2 = readB(depth4, column + 2u);
  b3 = readB(depth4, column + 3u);
}

fn stageB(local: u32) {
  if (local < 64u) { return; }
  let column4 = (local - 64u) / 4u;
  let depth = local % 4u * 4u;
  tileB[depth][column4] = vec4f(b0.x, b1.x, b2.x, b3.x);
  tileB[depth + 1u][column4] = vec4f(b0.y, b1.y, b2.y, b3.y);
  tileB[depth + 2u][column4] = vec4f(b0.z, b1.z, b2.z, b3.z);
  tileB[depth + 3u][column4] = vec4f(b0.w, b1.w, b2.w, b3.w);
}
