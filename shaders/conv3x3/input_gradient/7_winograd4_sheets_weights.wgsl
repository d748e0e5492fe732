// U[6i+j][k][c] = (G g G^T)[i][j] with g[r][s] = w[2-r][2-s][c][k]: each 3x3 filter, rotated, becomes 6x6 factors
//
// Layout   w (3, 3, C, K), U (36, C/32, K, 8, 4), a sheet, C rounded up to whole 32; row-major; C divisible by 4
// Mapping  one invocation makes the 36 factors of one k and 4 neighbouring c; invocations run along k, as w lies,
//          then c
// Reuse    none across invocations
// Cost     9 floats read and 36 written for each filter: bandwidth-bound
// Before   3_winograd4_weights writes U row-major, into a buffer

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var U: texture_storage_2d<rgba32float, write>;

fn tap(at: u32, rs: u32) -> vec4f {
  let i = at + rs * dims.C * dims.K;
  return vec4f(w[i], w[i + dims.K], w[i + 2u * dims.K], w[i + 3u * dims.K]);
}

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
  let C4 = dims.C / 4u;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= C4 * dims.K) { return; }
  let k = i % dims.K;
  let c = i / dims.K;

  let at = c * 4u * dims.K + k;
  let left = transformFilter(Three(tap(at, 8u), tap(at, 5u), tap(at, 2u)));
  let middle = transformFilter(Three(tap(at, 7u), tap(at, 4u), tap(at, 1u)));
  let right = transformFilter(Three(tap(at, 6u), tap(at, 3u), tap(at, 0u)));
  let step = texelsOfFilters(dims.K, C4);
  let out = placeOfFilter(k, c, dims.K);
  store(out, step, transformFilter(Three(left.a, middle.a, right.a)));
  store(out + 6u * step, step, transformFilter(Three(left.b, middle.b, right.b)));
  store(out + 12u * step, step, transformFilter(Three(left.c, middle.c, right.c)));
  store(out + 18u * step, step, transformFilter(Three(left.d, middle.d, right.d)));
  store(out + 24u * step, step, transformFilter(Three(left.e, middle.e, right.e)));
  store(out + 30u * step, step, transformFilter(Three(left.f, middle.f, right.f)));
}
