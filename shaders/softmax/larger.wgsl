// The larger of two logits, where NaN counts as the largest: a row's maximum tells whether the row holds a NaN.
// WGSL's max may return either operand where one is NaN, exp may make a number of it (one driver makes infinity), and a
// compiler may assume that there is none; about bits it may assume nothing.
fn larger(m: f32, v: f32) -> f32 {
  return select(m, v, !isNan(m) && (v > m || isNan(v)));
}

fn isNan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }
