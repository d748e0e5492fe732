// U[6i+j][c][k] = (G w[.,.,c,k] G^T)[i][j]: each 3x3 filter becomes 6x6 factors
//
// Layout   w (3, 3, C, K), U (36, K/32, C, 8, 4), a sheet, K rounded up to whole 32; row-major; K divisible by 4
// Mapping  one invocation makes the 36 factors of 4 neighbouring k; invocations run along k, then c
// Reuse    none across invocations
// Cost     9 floats read and 36 written for each filter: bandwidth-bound
// Before   6_winograd4_weights writes U row-major, into a buffer

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var U: texture_storage_2d<rgba32float, write>;

fn store(at: u32, step: u32, row: Six) {
  textureStore(U, texel(at), row.a);
  textureStore(U, texel(at + step), row.b);
  textureStore(U, texel(at + 2u * step), row.c);
  textureStore(U, texel(at + 3u * step), row.d);
  textureStore(U, texel(at + 4u * step), row.e);
  textureStore(U, texel(at + 5u * step), row.f);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let taps = dims.C * dims.K / 4u;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= taps) { return; }

  let left = transformFilter(Three(w[i], w[i + 3u * taps], w[i + 6u * taps]));
  let middle = transformFilter(Three(w[i + taps], w[i + 4u * taps], w[i + 7u * taps]));
  let right = transformFilter(Three(w[i + 2u * taps], w[i + 5u * taps], w[i + 8u * taps]));
  let K4 = dims.K / 4u;
  let step = texelsOfFilters(dims.C, K4);
  let at = placeOfFilter(i / K4, i % K4, dims.C);
  store(at, step, transformFilter(Three(left.a, middle.a, right.a)));
  store(at + 6u * step, step, transformFilter(Three(left.b, middle.b, right.b)));
  store(at + 12u * step, step, transformFilter(Three(left.c, middle.c, right.c)));
  store(at + 18u * step, step, transformFilter(Three(left.d, middle.d, right.d)));
  store(at + 24u * step, step, transformFilter(Three(left.e, middle.e, right.e)));
  store(at + 30u * step, step, transformFilter(Three(left.f, middle.f, right.f)));
}
