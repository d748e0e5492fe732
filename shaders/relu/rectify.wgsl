// max(v, 0) by element: what is negative becomes 0, NaN stays NaN and -0 stays -0. Bits tell, since WGSL lets a compiler assume
// that there is no NaN: one makes `select(v, 0.0, v < 0.0)` a max that drops it, and a broken network would look healthy.
// The bits of negative numbers run from 0x80000001, the one next to 0, to 0xff800000, minus infinity; those above are NaN.

fn rectify(v: vec4f) -> vec4f {
  return select(v, vec4f(0.0), (bitcast<vec4u>(v) - vec4u(0x80000001u)) <= vec4u(0x7f7fffffu));
}

fn rectify2(v: vec2f) -> vec2f {
  return select(v, vec2f(0.0), (bitcast<vec2u>(v) - vec2u(0x80000001u)) <= vec2u(0x7f7fffffu));
}

fn rectify1(v: f32) -> f32 {
  return select(v, 0.0, (bitcast<u32>(v) - 0x80000001u) <= 0x7f7fffffu);
}
