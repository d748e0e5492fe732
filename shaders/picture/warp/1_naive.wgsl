// y[n,i,j,c] = scale * (mean over taps x taps of picture[A (i + s, j + t), c']) - mean[c'],  c' = c or, reversed, 2 - c
//
// Layout   bytes (height, width) of packed pixels, R in the lowest byte, then G, B, A; y (n+1 or more, size, size, 3)
// Mapping  one invocation makes one channel of one output pixel
// Reuse    a source pixel is read once for each of its three channels and each sample that it serves, from cache
// Cost     taps^2 samples of 1 flop and 4 bytes, or with bilinear 10 flops and 16 bytes, for each output:
//          bandwidth-bound
//
// A is an affine map from output to source, and (s, t) run over the output pixel. A sample is the pixel that covers its
// place, or with bilinear a mean of the four around it; outside, the picture's edge goes on. A's numbers are whole
// (picture/affine.wgsl) and signed, in two's complement.

const WORKGROUP = 64u;

struct Dims {
  height: u32, width: u32, size: u32, n: u32, reverse: u32, bilinear: u32, taps: u32, fraction: u32,
  row: u32, column: u32, rowDown: u32, columnDown: u32, rowRight: u32, columnRight: u32,
  scale: f32, mean0: f32, mean1: f32, mean2: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> bytes: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn channelAt(row: u32, column: u32, c: u32) -> f32 {
  return f32((bytes[row * dims.width + column] >> (8u * c)) & 0xffu);
}

fn sample(place: vec2i, c: u32) -> f32 {
  let lengths = vec2i(i32(dims.height), i32(dims.width));
  if (dims.bilinear == 0u) {
    let at = covering(place, dims.fraction, lengths);
    return channelAt(at.x, at.y, c);
  }
  let s = surrounding(place, dims.fraction, lengths);
  let top = mix(channelAt(s.lower.x, s.lower.y, c), channelAt(s.lower.x, s.upper.y, c), s.weight.y);
  let bottom = mix(channelAt(s.upper.x, s.lower.y, c), channelAt(s.upper.x, s.upper.y, c), s.weight.y);
  return mix(top, bottom, s.weight.x);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let size = dims.size;
  let at = id.x + id.y * groups.x * WORKGROUP;     // the grid folds into y past 65,535 groups
  if (at >= size * size * 3u) { return; }

  let c = select(at % 3u, 2u - at % 3u, dims.reverse == 1u);
  let pixel = vec2i(i32(at / (3u * size)), i32(at / 3u % size));
  let map = Affine(
    vec2i(i32(dims.row), i32(dims.column)),
    vec2i(i32(dims.rowDown), i32(dims.columnDown)),
    vec2i(i32(dims.rowRight), i32(dims.columnRight)),
  );
  let taps = i32(dims.taps);
  var total = 0.0;                                 // at most 255 taps^2, whole without bilinear: exact
  for (var s = 0; s < taps; s++) {
    for (var t = 0; t < taps; t++) { total += sample(placed(map, pixel, i32(size), vec2i(s, t), taps), c); }
  }
  let mean = vec3f(dims.mean0, dims.mean1, dims.mean2);
  y[dims.n * size * size * 3u + at] = total / f32(taps * taps) * dims.scale - mean[c];
}
