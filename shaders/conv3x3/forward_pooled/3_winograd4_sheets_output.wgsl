// y[n, 2i+r, 2j+s, k] = the largest of the 2x2 outputs (2r, 2s) to (2r+1, 2s+1) of A^T m A + b[k], then max(y, 0) if relu; m the 6x6
// sums of tile (n, i, j) and channel k. NaN where one of the four is
//
// Layout   S (36, T, K), a sheet that M was copied to, b (K), y (N, P/2, Q/2, K), row-major; K divisible by 4; T tiles of 4x4
//          outputs before the pool cover each picture, row by row; odd last rows and columns dropped
// Mapping  one invocation makes 2x2 pixels of 4 neighbouring channels; invocations run along channels, then tiles
// Reuse    none: every sum is read once
// Cost     36 floats read and 4 written for 16 outputs before the pool: bandwidth-bound
// Before   2_winograd4_output reads a buffer

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var S: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

fn sum(at: u32) -> vec4f { return textureLoad(S, texel(at)); }

fn activate(v: vec4f) -> vec4f { return select(v, rectify(v), dims.relu == 1u); }

fn pooled(near0: vec4f, near1: vec4f, far0: vec4f, far1: vec4f, bias: vec4f) -> vec4f {
  var m = activate(near0 + bias);
  m = larger(m, activate(near1 + bias));
  m = larger(m, activate(far0 + bias));
  return larger(m, activate(far1 + bias));
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

  let outputs = outputsOfTile(i, tiles * K4);
  let k = i % K4;
  let tile = i / K4;
  let p = tile / across % down * 2u;               // first row and column after the pool
  let q = tile % across * 2u;
  let row = Q / 2u * K4;
  let at = tile / (across * down) * (P / 2u) * row + p * row + q * K4 + k;
  let bias = b[k];
  let wide = q + 1u < Q / 2u;
  if (p >= P / 2u || q >= Q / 2u) { return; }
  y[at] = pooled(outputs.a.a, outputs.a.b, outputs.b.a, outputs.b.b, bias);
  if (wide) { y[at + K4] = pooled(outputs.a.c, outputs.a.d, outputs.b.c, outputs.b.d, bias); }
  if (p + 1u >= P / 2u) { return; }
  y[at + row] = pooled(outputs.c.a, outputs.c.b, outputs.d.a, outputs.d.b, bias);
  if (wide) { y[at + row + K4] = pooled(outputs.c.c, outputs.c.d, outputs.d.c, outputs.d.d, bias); }
}
