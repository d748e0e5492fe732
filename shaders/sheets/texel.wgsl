// A sheet is a texture that is filled row by row, as a buffer of vec4 would be.

const ROW = 4096u;                                 // texels of a row

// The texel that is `at` texels from the first.
fn texel(at: u32) -> vec2u { return vec2u(at % ROW, at / ROW); }
