// D[6i+j][t][k] = (A g A^T)[i][j], g the 4x4 pixels of dy and channel k in tile t
//
// Layout   dy (N, P, Q, K), D (36, T, K), row-major; K divisible by 4; T tiles of 4x4 pixels cover each picture, row
//          by row
// Mapping  one invocation transforms one tile of 4 neighbouring channels; invocations run along channels, then tiles
// Reuse    none: every gradient is read once
// Cost     16 floats read and 36 written for each tile: bandwidth-bound

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> D: array<vec4f>;

// Pixel (row, column) of a picture; 0 past its end, where a tile overhangs.
fn load(P: u32, Q: u32, picture: u32, row: u32, column: u32, k: u32) -> vec4f {
  let inside = row < P && column < Q;
  let at = ((picture * P + select(0u, row, inside)) * Q + select(0u, column, inside)) * (dims.K / 4u) + k;
  return select(vec4f(0.0), dy[at], inside);
}

fn transformColumn(P: u32, Q: u32, picture: u32, row: u32, column: u32, k: u32) -> Six {
  return transformOutputGradient(Four(
    load(P, Q, picture, row, column, k),
    load(P, Q, picture, row + 1u, column, k),
    load(P, Q, picture, row + 2u, column, k),
    load(P, Q, picture, row + 3u, column, k),
  ));
}

fn store(at: u32, step: u32, row: Six) {
  D[at] = row.a;
  D[at + step] = row.b;
  D[at + 2u * step] = row.c;
  D[at + 3u * step] = row.d;
  D[at + 4u * step] = row.e;
  D[at + 5u * step] = row.f;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K4 = dims.K / 4u;
  let down = (P + 3u) / 4u;
  let across = (Q + 3u) / 4u;
  let tiles = dims.N * down * across;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= tiles * K4) { return; }
  let k = i % K4;
  let tile = i / K4;
  let picture = tile / (across * down);
  let p = tile / across % down * 4u;
  let q = tile % across * 4u;

  let a = transformColumn(P, Q, picture, p, q, k);
  let b = transformColumn(P, Q, picture, p, q + 1u, k);
  let c = transformColumn(P, Q, picture, p, q + 2u, k);
  let d = transformColumn(P, Q, picture, p, q + 3u, k);
  let step = tiles * K4;
  store(i, step, transformOutputGradient(Four(a.a, b.a, c.a, d.a)));
  store(i + 6u * step, step, transformOutputGradient(Four(a.b, b.b, c.b, d.b)));
  store(i + 12u * step, step, transformOutputGradient(Four(a.c, b.c, c.c, d.c)));
  store(i + 18u * step, step, transformOutputGradient(Four(a.d, b.d, c.d, d.d)));
  store(i + 24u * step, step, transformOutputGradient(Four(a.e, b.e, c.e, d.e)));
  store(i + 30u * step, step, transformOutputGradient(Four(a.f, b.f, c.f, d.f)));
}
