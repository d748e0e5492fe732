// y[n,p,q,c] = max over r,s in {0,1} of x[n, 2p+r, 2q+s, c]          (NaN if any of the four is NaN)
//
// Layout   x (N, H, W, C), y (N, H/2, W/2, C) of halves, two to a word; row-major; odd last rows, columns dropped
// Mapping  one invocation makes the two outputs of a word, which may belong to two pixels where C is odd
// Reuse    none: windows do not overlap
// Cost     3 comparisons for each output, of 4 words read and half a word written: 0.17 flop/byte, bandwidth-bound

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let P = dims.H / 2u;
  let Q = dims.W / 2u;
  let count = dims.N * P * Q * dims.C;
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= (count + 1u) / 2u) { return; }
  y[i] = toHalves(vec2f(output(2u * i, P, Q), output(min(2u * i + 1u, count - 1u), P, Q)));
}

fn output(i: u32, P: u32, Q: u32) -> f32 {
  let c = i % dims.C;
  let q = i / dims.C % Q;
  let p = i / (dims.C * Q) % P;
  let n = i / (dims.C * Q * P);
  let row = dims.W * dims.C;
  let top = ((n * dims.H + 2u * p) * dims.W + 2u * q) * dims.C + c;
  var m = element(top);
  m = larger(m, element(top + dims.C));
  m = larger(m, element(top + row));
  return larger(m, element(top + row + dims.C));
}

fn element(i: u32) -> f32 { return halfOf(x[i / 2u], i); }
