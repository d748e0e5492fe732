// What every product of sheets reads alike. Expects U in the shader, and sheets.wgsl.

// 4 k of the four c from texel `at`, a column each, so matrix times vector sums over c.
fn filterAt(at: u32) -> mat4x4f {
  return mat4x4f(
    textureLoad(U, texel(at)),
    textureLoad(U, texel(at + ABREAST)),
    textureLoad(U, texel(at + 2u * ABREAST)),
    textureLoad(U, texel(at + 3u * ABREAST)),
  );
}
