// Where an affine map puts the samples of an output pixel, in whole numbers of 2^-fraction source pixels: the same on
// every device. Vectors are (row, column). Steps are those of half an output pixel, so that pixel centres are whole too.

struct Affine {
  centre: vec2i,           // the middle of the output
  down: vec2i,             // half an output pixel down
  right: vec2i,            // half an output pixel to the right
}

// Sample `tap` of taps x taps, spread evenly over output pixel `pixel` of size x size.
fn placed(map: Affine, pixel: vec2i, size: i32, tap: vec2i, taps: i32) -> vec2i {
  let whole = 2 * pixel + 1 - size;                // half pixels from the middle of the output
  let within = 2 * tap + 1 - taps;                 // half pixels over taps from the middle of the pixel
  return map.centre + map.down * whole.x + map.right * whole.y + (map.down * within.x + map.right * within.y) / taps;
}

// The source pixel that covers a place; outside the picture, the nearest one at its edge.
fn covering(place: vec2i, fraction: u32, lengths: vec2i) -> vec2u {
  return vec2u(clamp(place >> vec2u(fraction), vec2i(0), lengths - 1));
}

// The four source pixels whose centres surround a place, `weight` of the way from lower to upper.
struct Surround { lower: vec2u, upper: vec2u, weight: vec2f }

fn surrounding(place: vec2i, fraction: u32, lengths: vec2i) -> Surround {
  let one = 1i << fraction;
  let at = place - one / 2;                        // counted from the centre of pixel 0
  let lower = at >> vec2u(fraction);
  return Surround(
    vec2u(clamp(lower, vec2i(0), lengths - 1)),
    vec2u(clamp(lower + 1, vec2i(0), lengths - 1)),
    vec2f(at & vec2i(one - 1)) / f32(one),
  );
}
