// dw[r][s][c][k] = (G^T m G)[r][s], m the 6x6 sums of channels c and k, added up over parts in order
//
// Layout   W (parts, 36, C, K), dw (3, 3, C, K), row-major; K divisible by 4
// Mapping  one invocation makes the 9 taps of 4 neighbouring k; invocations run along k, then c
// Reuse    none: every sum is read once
// Cost     36 floats of each part read and 9 written for each filter: bandwidth-bound

const WORKGROUP = 64u;
const CHUNK = 1024u;                               // tiles of a part, as its writer has them
const APART = 4u;                                  // vec4 between elements of W, as its writer leaves

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> W: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>;

fn sumOfParts(at: u32, step: u32) -> vec4f {
  let tiles = dims.N * ((dims.H + 2u * dims.pad + 1u) / 4u) * ((dims.W + 2u * dims.pad + 1u) / 4u);
  let parts = (tiles + CHUNK - 1u) / CHUNK;
  var sum = W[at];
  for (var part = 1u; part < parts; part++) { sum += W[at + part * 36u * step]; }
  return sum;
}

fn column(at: u32, step: u32) -> Three {
  return transformFilterGradient(Six(
    sumOfParts(at, step),
    sumOfParts(at + 6u * step, step),
    sumOfParts(at + 12u * step, step),
    sumOfParts(at + 18u * step, step),
    sumOfParts(at + 24u * step, step),
    sumOfParts(at + 30u * step, step),
  ));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let taps = dims.C * dims.K / 4u;
  let step = taps + APART;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= taps) { return; }

  let a = column(i, step);
  let b = column(i + step, step);
  let c = column(i + 2u * step, step);
  let d = column(i + 3u * step, step);
  let e = column(i + 4u * step, step);
  let f = column(i + 5u * step, step);
  let top = transformFilterGradient(Six(a.a, b.a, c.a, d.a, e.a, f.a));
  let middle = transformFilterGradient(Six(a.b, b.b, c.b, d.b, e.b, f.b));
  let bottom = transformFilterGradient(Six(a.c, b.c, c.c, d.c, e.c, f.c));
  dw[i] = top.a;
  dw[i + taps] = top.b;
  dw[i + 2u * taps] = top.c;
  dw[i + 3u * taps] = middle.a;
  dw[i + 4u * taps] = middle.b;
  dw[i + 5u * taps] = middle.c;
  dw[i + 6u * taps] = bottom.a;
  dw[i + 7u * taps] = bottom.b;
  dw[i + 8u * taps] = bottom.c;
}
