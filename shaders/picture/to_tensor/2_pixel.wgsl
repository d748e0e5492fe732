// y[n+p,i,j,c] = scale * resized[p, i, j or size-1-j, c'] - mean[c'],  c' = c or, reversed, 2 - c
//
// Layout   bytes (count, height, width) of packed pixels, R in the lowest byte, then G, B, A; y (n+count or more, size, size, 3)
// Mapping  one invocation makes the three channels of one output pixel; id.z is the picture
// Reuse    a source pixel is read once for all its channels; where it lies is worked out once
// Cost     mode 0 (nearest) 2 flops and 5.3 bytes, mode 1 (bilinear) 14 flops and 9.3 bytes for each output; mode 2
//          (area) as many reads as pixels are covered: bandwidth-bound
// Before   1_naive reads every source pixel three times and repeats the whole-number divisions three times

const WORKGROUP = 64u;

struct Dims {
  count: u32, height: u32, width: u32, size: u32, n: u32, flip: u32, reverse: u32, mode: u32,
  scale: f32, mean0: f32, mean1: f32, mean2: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> bytes: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

var<private> first: u32;                           // pixel of the picture

fn pixelAt(row: u32, column: u32) -> vec3u {
  return (vec3u(bytes[first + row * dims.width + column]) >> vec3u(0u, 8u, 16u)) & vec3u(0xffu);
}

fn interpolated(i: u32, j: u32) -> vec3f {
  let v = bilinear(i, dims.height, dims.size);
  let h = bilinear(j, dims.width, dims.size);
  let top = mix(vec3f(pixelAt(v.lower, h.lower)), vec3f(pixelAt(v.lower, h.upper)), h.weight);
  let bottom = mix(vec3f(pixelAt(v.upper, h.lower)), vec3f(pixelAt(v.upper, h.upper)), h.weight);
  return mix(top, bottom, v.weight);
}

fn averaged(i: u32, j: u32) -> vec3f {
  let left = firstCovered(j, dims.width, dims.size);
  let right = endCovered(j, dims.width, dims.size);
  let bottom = endCovered(i, dims.height, dims.size);
  var total = vec3f(0.0);
  for (var r = firstCovered(i, dims.height, dims.size); r < bottom; r++) {
    var row = vec3u(0u);                           // at most 255 width: exact
    for (var k = left; k < right; k++) {
      row += covered(j, k, dims.width, dims.size) * pixelAt(r, k);
    }
    total += f32(covered(i, r, dims.height, dims.size)) * (vec3f(row) / f32(dims.width));
  }
  return total / f32(dims.height);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let size = dims.size;
  let at = id.x + id.y * groups.x * WORKGROUP;
  if (at >= size * size) { return; }

  first = id.z * dims.height * dims.width;
  let column = at % size;
  let j = select(column, size - 1u - column, dims.flip == 1u);
  let i = at / size;
  var value: vec3f;
  switch dims.mode {
    case 0u: { value = vec3f(pixelAt(nearest(i, dims.height, size), nearest(j, dims.width, size))); }
    case 1u: { value = interpolated(i, j); }
    default: { value = averaged(i, j); }
  }
  value = value * dims.scale - vec3f(dims.mean0, dims.mean1, dims.mean2);
  if (dims.reverse == 1u) { value = value.zyx; }
  let slot = ((dims.n + id.z) * size * size + at) * 3u;
  y[slot] = value.x;
  y[slot + 1u] = value.y;
  y[slot + 2u] = value.z;
}
