// Operand B where 4 neighbouring columns make a vec4: every invocation brings 2 depths. Expects readB(depth, column / 4) in the shader,
// columns counted from the tile's first.

var<private> b0: vec4f; var<private> b1: vec4f;

fn fetchB(depth: u32, local: u32) {
  let start = depth + local / 16u;
  b0 = readB(start, local % 16u);
  b1 = readB(start + 8u, local % 16u);
}

fn stageB(local: u32) {
  tileB[local / 16u][local % 16u] = b0;
  tileB[local / 16u + 8u][local % 16u] = b1;
}
