// Philox4x32-10: 128 random bits from a 128-bit counter and a 64-bit key, with nothing remembered between calls
// (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11).
//
// The words of the counter, as this project uses them: which four elements, the step, 0, and what for:
const FOR_DROPOUT = 0u;
const FOR_UNIFORM = 1u;
const FOR_NORMAL = 2u;
// 3 is src/nn/augmentation.ts', 4 src/nn/epochs.ts'.

// The upper 32 bits of a * b. WGSL multiplies 32 bits to 32, so the product is put together from 16-bit halves.
fn mulHigh(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let low = al * bl;
  let mid = ah * bl + (low >> 16u);                // at most (2^16-1)^2 + 2^16-1: no overflow
  let cross = al * bh + (mid & 0xffffu);
  return ah * bh + (mid >> 16u) + (cross >> 16u);
}

fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0; round < 10; round++) {
    let high0 = mulHigh(0xd2511f53u, c.x);
    let high1 = mulHigh(0xcd9e8d57u, c.z);
    c = vec4u(high1 ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);          // the golden ratio and sqrt(3) - 1, in 32 bits
  }
  return c;
}

// Whole multiples of 2^-24 in [0, 1): what a float32 holds exactly, so no word rounds up to 1.
fn unitFloats(bits: vec4u) -> vec4f { return vec4f(bits >> vec4u(8u)) * (1.0 / 16777216.0); }
