// U[6i+j][k][c] = (G g G^T)[i][j] with g[r][s] = w[2-r][2-s][c][k]: each 3x3 filter, rotated, becomes 6x6 factors
//
// Layout   w (3, 3, C, K), U (36, K, C), row-major; C divisible by 4
// Mapping  one invocation makes the 36 factors of one k and 4 neighbouring c; invocations run along k, as w lies,
//          then c
// Reuse    none across invocations
// Cost     9 floats read and 36 written for each filter: bandwidth-bound
// Before   2_register multiplies 9 times for each pixel, c and k; here 36 products make 16 pixels, since the gradient
//          of the input is itself a convolution: of dy, with rotated filters, padding 2 - pad, and C and K in each
//          other's place

const WORKGROUP = 64u;
const APART = 4u;                                  // vec4 between elements of U: a stride of 2^n would share cache sets

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> U: array<vec4f>;

fn tap(at: u32, rs: u32) -> vec4f {
  let i = at + rs * dims.C * dims.K;
  return vec4f(w[i], w[i + dims.K], w[i + 2u * dims.K], w[i + 3u * dims.K]);
}

fn store(at: u32, step: u32, row: Six) {
  U[at] = row.a;
  U[at + step] = row.b;
  U[at + 2u * step] = row.c;
  U[at + 3u * step] = row.d;
  U[at + 4u * step] = row.e;
  U[at + 5u * step] = row.f;
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
  let step = dims.K * C4 + APART;
  let out = k * C4 + c;
  store(out, step, transformFilter(Three(left.a, middle.a, right.a)));
  store(out + 6u * step, step, transformFilter(Three(left.b, middle.b, right.b)));
  store(out + 12u * step, step, transformFilter(Three(left.c, middle.c, right.c)));
  store(out + 18u * step, step, transformFilter(Three(left.d, middle.d, right.d)));
  store(out + 24u * step, step, transformFilter(Three(left.e, middle.e, right.e)));
  store(out + 30u * step, step, transformFilter(Three(left.f, middle.f, right.f)));
}
