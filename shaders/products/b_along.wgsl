// Operand B where 4 neighbours along the depth make a vec4: the last half of the invocations bring 4 columns each and transpose them.
// Expects readB(depth / 4, column) in the shader, columns counted from the tile's first.

var<private> b0: vec4f; var<private> b1: vec4f; var<private> b2: vec4f; var<private> b3: vec4f;

fn fetchB(depth: u32, local: u32) {
  if (local < 4u * COLUMNS4) { return; }
  let task = local - 4u * COLUMNS4;
  let column = task / 4u * 4u;
  let depth4 = depth / 4u + task % 4u;
  b0 = readB(depth4, column);
  b1 = readB(depth4, column + 1u);
  b2 = readB(depth4, column + 2u);
  b3 = readB(depth4, column + 3u);
}

fn stageB(half: u32, local: u32) {
  if (local < 4u * COLUMNS4) { return; }
  let task = local - 4u * COLUMNS4;
  let at = half * HALF + START_B + task % 4u * 4u * COLUMNS4 + task / 4u;
  tiles[at] = vec4f(b0.x, b1.x, b2.x, b3.x);
  tiles[at + COLUMNS4] = vec4f(b0.y, b1.y, b2.y, b3.y);
  tiles[at + 2u * COLUMNS4] = vec4f(b0.z, b1.z, b2.z, b3.z);
  tiles[at + 3u * COLUMNS4] = vec4f(b0.w, b1.w, b2.w, b3.w);
}
