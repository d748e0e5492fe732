// The larger of two vectors by element; NaN where one is NaN. Bits tell, since WGSL lets a compiler assume that there is none.

fn isNan(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}

fn larger(m: vec4f, v: vec4f) -> vec4f {
  return select(m, v, !isNan(m) & ((v > m) | isNan(v)));
}
