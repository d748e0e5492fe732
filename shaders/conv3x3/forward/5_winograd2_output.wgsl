// y[n, 2i+r, 2j+s, k] = (A^T m A)[r][s] + b[k], then max(y, 0) if relu; m the 4x4 sums of tile (n, i, j) and channel
// k
//
// Layout   M (16, T, K), b (K), y (N, P, Q, K), row-major; K divisible by 4; T tiles of 2x2 outputs cover each
//          picture, row by row
// Mapping  one invocation makes 2x2 pixels of 4 neighbouring channels; invocations run along channels, then tiles
// Reuse    none: every sum is read once
// Cost     16 floats read and 4 written for 4 outputs: bandwidth-bound

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> M: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

struct Two { a: vec4f, b: vec4f }

// Four sums of products -> two outputs (A transposed).
fn transform(a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> Two {
  return Two(a + b + c, b - c - d);
}

fn sumsColumn(at: u32, step: u32) -> Two {
  return transform(M[at], M[at + 4u * step], M[at + 8u * step], M[at + 12u * step]);
}

fn activate(v: vec4f) -> vec4f { return select(v, rectify(v), dims.relu == 1u); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K4 = dims.K / 4u;
  let down = (P + 1u) / 2u;
  let across = (Q + 1u) / 2u;
  let tiles = dims.N * down * across;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= tiles * K4) { return; }

  let step = tiles * K4;
  let left = sumsColumn(i, step);
  let second = sumsColumn(i + step, step);
  let third = sumsColumn(i + 2u * step, step);
  let right = sumsColumn(i + 3u * step, step);
  let top = transform(left.a, second.a, third.a, right.a);
  let bottom = transform(left.b, second.b, third.b, right.b);
  let k = i % K4;
  let tile = i / K4;
  let p = tile / across % down * 2u;
  let q = tile % across * 2u;
  let at = ((tile / (across * down) * P + p) * Q + q) * K4 + k;
  y[at] = activate(top.a + b[k]);
  if (q + 1u < Q) { y[at + K4] = activate(top.b + b[k]); }
  if (p + 1u < P) {
    y[at + Q * K4] = activate(bottom.a + b[k]);
    if (q + 1u < Q) { y[at + (Q + 1u) * K4] = activate(bottom.b + b[k]); }
  }
}
