// dy where y is above 0 or NaN, else 0, by element: where the forward hands NaN on, its gradient is handed on too. Bits tell, as in
// relu/rectify.wgsl: a number is not above 0 where its bits are 0, or run from 0x80000000, -0, to 0xff800000, minus infinity.

fn rectifyGradient(dy: vec4f, y: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(y);
  return select(dy, vec4f(0.0), (bits == vec4u(0u)) | ((bits - vec4u(0x80000000u)) <= vec4u(0x7f800000u)));
}

fn rectifyGradient1(dy: f32, y: f32) -> f32 {
  let bits = bitcast<u32>(y);
  return select(dy, 0.0, bits == 0u || (bits - 0x80000000u) <= 0x7f800000u);
}
