// Where output i of `size` lies on a source axis of `length` pixels, in whole numbers: no rounding moves a pixel.
// Every product stays below 2^31 while (2 size) length does.

// Nearest: floor((i + 0.5) * length / size).
fn nearest(i: u32, length: u32, size: u32) -> u32 { return ((2u * i + 1u) * length) / (2u * size); }

// Bilinear: the source point (i + 0.5) * length / size - 0.5 lies `weight` of the way from `lower` to `upper`.
struct Between { lower: u32, upper: u32, weight: f32 }

fn bilinear(i: u32, length: u32, size: u32) -> Between {
  let doubled = (2u * i + 1u) * length;            // over 2 size: the point plus a half
  let at = select(0u, doubled - size, doubled > size);
  let lower = at / (2u * size);
  return Between(lower, min(lower + 1u, length - 1u), f32(at % (2u * size)) / f32(2u * size));
}

// Area: output i covers [i length, (i + 1) length) where source pixel k covers [k size, (k + 1) size).
// How much of pixel k it covers, of `length` in all.
fn covered(i: u32, k: u32, length: u32, size: u32) -> u32 {
  return min((i + 1u) * length, (k + 1u) * size) - max(i * length, k * size);
}
fn firstCovered(i: u32, length: u32, size: u32) -> u32 { return i * length / size; }
fn endCovered(i: u32, length: u32, size: u32) -> u32 { return ((i + 1u) * length + size - 1u) / size; }
