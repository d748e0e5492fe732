// y[n,p,q,c] = max over r,s in {0,1} of x[n, 2p+r, 2q+s, c]          (NaN if any of the four is NaN)
//
// Layout   x (N, H, W, C), y (N, H/2, W/2, C), row-major, C innermost; an odd last row or column of x is dropped
// Mapping  one invocation makes one element of y; invocations run along the flat index of y
// Reuse    none: windows do not overlap, every input is read once
// Cost     3 comparisons and 5 floats of traffic for each output: 0.15 flop/byte, bandwidth-bound

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// WGSL's max may return either operand where one is NaN, and a compiler may assume that none is; bits it may not.
fn isNan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }

fn larger(m: f32, v: f32) -> f32 {
  return select(m, v, !isNan(m) && (v > m || isNan(v)));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let P = dims.H / 2u;
  let Q = dims.W / 2u;
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.N * P * Q * dims.C) { return; }

  let c = i % dims.C;
  let q = i / dims.C % Q;
  let p = i / (dims.C * Q) % P;
  let n = i / (dims.C * Q * P);
  let row = dims.W * dims.C;
  let top = ((n * dims.H + 2u * p) * dims.W + 2u * q) * dims.C + c;
  var m = x[top];
  m = larger(m, x[top + dims.C]);
  m = larger(m, x[top + row]);
  m = larger(m, x[top + row + dims.C]);
  y[i] = m;
}
