// y[n+p,i,j,c] = scale * resized[p, i, j or size-1-j, c'] - mean[c'],  c' = c or, reversed, 2 - c
//
// Layout   bytes (count, height, width) of packed pixels, R in the lowest byte, then G, B, A; y (n+count or more, size, size, 3)
// Mapping  one invocation makes one channel of one output pixel; id.z is the picture
// Reuse    a source pixel is read once for each of its three channels, from cache
// Cost     mode 0 (nearest) 2 flops and 8 bytes, mode 1 (bilinear) 14 flops and 20 bytes for each output; mode 2 (area)
//          as many reads as pixels are covered: bandwidth-bound
//
// Where a source pixel lies is worked out in whole numbers (picture/axis.wgsl). A flip mirrors what was resized.

const WORKGROUP = 64u;

struct Dims {
  count: u32, height: u32, width: u32, size: u32, n: u32, flip: u32, reverse: u32, mode: u32,
  scale: f32, mean0: f32, mean1: f32, mean2: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> bytes: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

var<private> first: u32;                           // pixel of the picture

fn channelAt(row: u32, column: u32, c: u32) -> u32 {
  return (bytes[first + row * dims.width + column] >> (8u * c)) & 0xffu;
}

fn interpolated(i: u32, j: u32, c: u32) -> f32 {
  let v = bilinear(i, dims.height, dims.size);
  let h = bilinear(j, dims.width, dims.size);
  let top = mix(f32(channelAt(v.lower, h.lower, c)), f32(channelAt(v.lower, h.upper, c)), h.weight);
  let bottom = mix(f32(channelAt(v.upper, h.lower, c)), f32(channelAt(v.upper, h.upper, c)), h.weight);
  return mix(top, bottom, v.weight);
}

fn averaged(i: u32, j: u32, c: u32) -> f32 {
  var total = 0.0;
  for (var r = firstCovered(i, dims.height, dims.size); r < endCovered(i, dims.height, dims.size); r++) {
    var row = 0u;                                  // at most 255 width: exact
    for (var k = firstCovered(j, dims.width, dims.size); k < endCovered(j, dims.width, dims.size); k++) {
      row += covered(j, k, dims.width, dims.size) * channelAt(r, k, c);
    }
    total += f32(covered(i, r, dims.height, dims.size)) * (f32(row) / f32(dims.width));
  }
  return total / f32(dims.height);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let size = dims.size;
  let at = id.x + id.y * groups.x * WORKGROUP;     // the grid folds into y past 65,535 groups
  if (at >= size * size * 3u) { return; }

  first = id.z * dims.height * dims.width;
  let c = select(at % 3u, 2u - at % 3u, dims.reverse == 1u);
  let column = at / 3u % size;
  let j = select(column, size - 1u - column, dims.flip == 1u);
  let i = at / (3u * size);
  var value: f32;
  switch dims.mode {
    case 0u: { value = f32(channelAt(nearest(i, dims.height, size), nearest(j, dims.width, size), c)); }
    case 1u: { value = interpolated(i, j, c); }
    default: { value = averaged(i, j, c); }
  }
  let mean = vec3f(dims.mean0, dims.mean1, dims.mean2);
  y[(dims.n + id.z) * size * size * 3u + at] = value * dims.scale - mean[c];
}
