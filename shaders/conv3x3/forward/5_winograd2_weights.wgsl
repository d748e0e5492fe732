// U[4i+j][c][k] = (G w[.,.,c,k] G^T)[i][j]: each 3x3 filter becomes 4x4 factors
//
// Layout   w (3, 3, C, K), U (16, C, K), row-major; K divisible by 4
// Mapping  one invocation makes the 16 factors of 4 neighbouring k; invocations run along k, then c
// Reuse    none across invocations
// Cost     9 floats read and 16 written for each filter: bandwidth-bound
// Before   3_register multiplies 36 times to make 2x2 outputs from one c; Winograd's F(2x2, 3x3) multiplies 16 times,
//          once for each element of a transformed 4x4 tile, and these products, summed over c, are 16 matrix
//          products. Source: A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015

const WORKGROUP = 64u;
const APART = 4u;                                  // vec4 between elements of U: a stride of 2^n would share cache sets

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> U: array<vec4f>;

struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

// Three taps -> four factors, at the points 0, 1, -1 and infinity (G).
fn transform(a: vec4f, b: vec4f, c: vec4f) -> Four {
  return Four(a, 0.5 * (a + b + c), 0.5 * (a - b + c), c);
}

fn store(at: u32, step: u32, row: Four) {
  U[at] = row.a;
  U[at + step] = row.b;
  U[at + 2u * step] = row.c;
  U[at + 3u * step] = row.d;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let taps = dims.C * dims.K / 4u;
  let step = taps + APART;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= taps) { return; }

  let left = transform(w[i], w[i + 3u * taps], w[i + 6u * taps]);
  let middle = transform(w[i + taps], w[i + 4u * taps], w[i + 7u * taps]);
  let right = transform(w[i + 2u * taps], w[i + 5u * taps], w[i + 8u * taps]);
  store(i, step, transform(left.a, middle.a, right.a));
  store(i + 4u * step, step, transform(left.b, middle.b, right.b));
  store(i + 8u * step, step, transform(left.c, middle.c, right.c));
  store(i + 12u * step, step, transform(left.d, middle.d, right.d));
}
