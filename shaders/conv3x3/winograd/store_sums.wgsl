// Stores the sums of a tile, if there is such a tile. Expects M in the shader.
fn store(tile: u32, tiles: u32, at: u32, sums: vec4f) {
  if (tile < tiles) { M[at] = sums; }
}
