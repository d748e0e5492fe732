// y[n,i,j,c] = scale * (mean over taps x taps of picture[A (i + s, j + t), c']) - mean[c'],  c' = c or, reversed, 2 - c
//
// Layout   bytes (height, width) of packed pixels, R in the lowest byte, then G, B, A; y (n+1 or more, size, size, 3)
// Mapping  one invocation makes the three channels of one output pixel
// Reuse    a source pixel is read once for all its channels; where a sample lies is worked out once
// Cost     taps^2 samples of 1 flop and 1.3 bytes, or with bilinear 10 flops and 5.3 bytes, for each output:
//          bandwidth-bound
// Before   1_naive reads every source pixel three times and repeats the map three times

const WORKGROUP = 64u;

struct Dims {
  height: u32, width: u32, size: u32, n: u32, reverse: u32, bilinear: u32, taps: u32, fraction: u32,
  row: u32, column: u32, rowDown: u32, columnDown: u32, rowRight: u32, columnRight: u32,
  scale: f32, mean0: f32, mean1: f32, mean2: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> bytes: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn pixelAt(row: u32, column: u32) -> vec3f {
  return vec3f((vec3u(bytes[row * dims.width + column]) >> vec3u(0u, 8u, 16u)) & vec3u(0xffu));
}

fn sample(place: vec2i) -> vec3f {
  let lengths = vec2i(i32(dims.height), i32(dims.width));
  if (dims.bilinear == 0u) {
    let at = covering(place, dims.fraction, lengths);
    return pixelAt(at.x, at.y);
  }
  let s = surrounding(place, dims.fraction, lengths);
  let top = mix(pixelAt(s.lower.x, s.lower.y), pixelAt(s.lower.x, s.upper.y), s.weight.y);
  let bottom = mix(pixelAt(s.upper.x, s.lower.y), pixelAt(s.upper.x, s.upper.y), s.weight.y);
  return mix(top, bottom, s.weight.x);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let size = dims.size;
  let at = id.x + id.y * groups.x * WORKGROUP;
  if (at >= size * size) { return; }

  let pixel = vec2i(i32(at / size), i32(at % size));
  let map = Affine(
    vec2i(i32(dims.row), i32(dims.column)),
    vec2i(i32(dims.rowDown), i32(dims.columnDown)),
    vec2i(i32(dims.rowRight), i32(dims.columnRight)),
  );
  let taps = i32(dims.taps);
  var total = vec3f(0.0);
  for (var s = 0; s < taps; s++) {
    for (var t = 0; t < taps; t++) { total += sample(placed(map, pixel, i32(size), vec2i(s, t), taps)); }
  }
  var value = total / f32(taps * taps) * dims.scale - vec3f(dims.mean0, dims.mean1, dims.mean2);
  if (dims.reverse == 1u) { value = value.zyx; }
  let slot = (dims.n * size * size + at) * 3u;
  y[slot] = value.x;
  y[slot + 1u] = value.y;
  y[slot + 2u] = value.z;
}
