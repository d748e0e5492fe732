// low + (high - low) * u for u in [0, 1), kept below high: near the end the sum may round up to it.
fn between(u: vec4f, low: f32, high: f32) -> vec4f {
  let value = low + (high - low) * u;
  return select(value, vec4f(max(low, floatBelow(high))), value >= vec4f(high));
}

// The next float below, by its bits: magnitudes of positive floats count up with them, of negative ones down.
fn floatBelow(v: f32) -> f32 {
  if (v == 0.0) { return -1.17549435e-38; }        // the smallest that is not subnormal: those may count as 0
  let bits = bitcast<u32>(v);
  return bitcast<f32>(select(bits + 1u, bits - 1u, v > 0.0));
}
