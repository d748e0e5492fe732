// Operand B where 4 neighbouring columns make a vec4: every invocation brings 2. Expects readB(depth, column / 4) in the shader, columns
// counted from the tile's first.

var<private> b0: vec4f; var<private> b1: vec4f;

fn fetchB(depth: u32, local: u32) {
  let start = depth + local / COLUMNS4;
  b0 = readB(start, local % COLUMNS4);
  b1 = readB(start + 8u, local % COLUMNS4);
}

fn stageB(half: u32, local: u32) {
  let at = half * HALF + START_B + local;
  tiles[at] = b0;
  tiles[at + 8u * COLUMNS4] = b1;
}
