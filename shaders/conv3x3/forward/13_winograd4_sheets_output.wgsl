// y[n, 4i+r, 4j+s, k] = (A^T m A)[r][s] + b[k], then max(y, 0) if relu; m the 6x6 sums of tile (n, i, j) and channel
// k
//
// Layout   S (36, T, K), a sheet that M was copied to, b (K), y (N, P, Q, K), row-major; K divisible by 4; T tiles of
//          4x4 outputs cover each picture, row by row
// Mapping  one invocation makes 4x4 pixels of 4 neighbouring channels; invocations run along channels, then tiles
// Reuse    none: every sum is read once
// Cost     36 floats read and 16 written for 16 outputs: bandwidth-bound
// Before   6_winograd4_output reads a buffer

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var S: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

fn sum(at: u32) -> vec4f { return textureLoad(S, texel(at)); }

fn store(at: u32, step: u32, columns: u32, row: Four, bias: vec4f) {
  y[at] = activate(row.a + bias);
  if (columns > 1u) { y[at + step] = activate(row.b + bias); }
  if (columns > 2u) { y[at + 2u * step] = activate(row.c + bias); }
  if (columns > 3u) { y[at + 3u * step] = activate(row.d + bias); }
}

fn activate(v: vec4f) -> vec4f { return select(v, rectify(v), dims.relu == 1u); }

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

  let outputs = outputsOfTile(i, tiles * K4);
  let k = i % K4;
  let tile = i / K4;
  let p = tile / across % down * 4u;
  let q = tile % across * 4u;
  let at = ((tile / (across * down) * P + p) * Q + q) * K4 + k;
  let row = Q * K4;
  store(at, K4, Q - q, outputs.a, b[k]);
  if (p + 1u < P) { store(at + row, K4, Q - q, outputs.b, b[k]); }
  if (p + 2u < P) { store(at + 2u * row, K4, Q - q, outputs.c, b[k]); }
  if (p + 3u < P) { store(at + 3u * row, K4, Q - q, outputs.d, b[k]); }
}
