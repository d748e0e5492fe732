// U[6i+j][c][k] = (G w[.,.,c,k] G^T)[i][j]: each 3x3 filter becomes 6x6 factors
//
// Layout   w (3, 3, C, K) of halves, U (36, C, K) of floats, row-major; K divisible by 4
// Mapping  one invocation makes the 36 factors of 4 neighbouring k; invocations run along k, then c
// Reuse    none across invocations
// Cost     9 halves read and 36 floats written for each filter: bandwidth-bound
// Before   3_tiled makes 9 products for each output and c; F(4x4, 3x3) 2.25. Transforms and sums are float32, as in
//          conv3x3/forward, so that only what is stored is rounded to halves: on halves themselves, the transforms'
//          rounding would reach 3e-2 of the output's RMS

const WORKGROUP = 64u;
const APART = 4u;                                  // vec4 between elements of U: a stride of 2^n would share cache sets

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> w: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> U: array<vec4f>;

fn taps4(at: u32) -> vec4f { return vec4f(unpack2x16float(w[at].x), unpack2x16float(w[at].y)); }

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
  let taps = dims.C * dims.K / 4u;
  let step = taps + APART;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= taps) { return; }

  let left = transformFilter(Three(taps4(i), taps4(i + 3u * taps), taps4(i + 6u * taps)));
  let middle = transformFilter(Three(taps4(i + taps), taps4(i + 4u * taps), taps4(i + 7u * taps)));
  let right = transformFilter(Three(taps4(i + 2u * taps), taps4(i + 5u * taps), taps4(i + 8u * taps)));
  store(i, step, transformFilter(Three(left.a, middle.a, right.a)));
  store(i + 6u * step, step, transformFilter(Three(left.b, middle.b, right.b)));
  store(i + 12u * step, step, transformFilter(Three(left.c, middle.c, right.c)));
  store(i + 18u * step, step, transformFilter(Three(left.d, middle.d, right.d)));
  store(i + 24u * step, step, transformFilter(Three(left.e, middle.e, right.e)));
  store(i + 30u * step, step, transformFilter(Three(left.f, middle.f, right.f)));
}
