// Powers of two that bring the largest of some numbers to between 2^14 and 2^15: of their sizes the largest is found, as an integer.

// Sizes as integers, in their order; 0 for what is no finite number.
fn sizeBits(v: vec4f) -> vec4u {
  let bits = bitcast<vec4u>(v) & vec4u(0x7fffffffu);
  return select(bits, vec4u(0u), bits >= vec4u(0x7f800000u));
}

// The power of two that brings a size to between 2^14 and 2^15.
fn scaleOf(size: u32) -> f32 { return bitcast<f32>(min(268u - (size >> 23u), 253u) << 23u); }

fn scalesOf(sizes: vec4u) -> vec4f { return vec4f(scaleOf(sizes.x), scaleOf(sizes.y), scaleOf(sizes.z), scaleOf(sizes.w)); }

fn largest(sizes: vec4u) -> u32 { return max(max(sizes.x, sizes.y), max(sizes.z, sizes.w)); }
