// Two floats as the halves of a word, the first in its low bits. A half holds up to 65504, and what a driver makes of more
// is its own affair; here it becomes NaN. Every kernel hands NaN on, so an overflow shows at the network's end, whatever
// the weights, where an infinity could become 0 in a ReLU.
fn toHalves(v: vec2f) -> u32 {
  let fits = (bitcast<vec2u>(v) & vec2u(0x7fffffffu)) <= vec2u(0x477fe000u);       // bits of 65504
  let words = pack2x16float(select(vec2f(0.0), v, fits));
  return words | select(0x7e00u, 0u, fits.x) | select(0x7e000000u, 0u, fits.y);
}

// Half `i` of an array of halves, from the word i / 2.
fn halfOf(word: u32, i: u32) -> f32 {
  let pair = unpack2x16float(word);
  return select(pair.x, pair.y, i % 2u == 1u);
}
