// dx[n,h,w,c] = dy[n, h/2, w/2, c] if x[n,h,w,c] is the first maximum of its window, else 0; with relu also where
// that maximum is 0 or below
//
// Layout   x, dx (N, H, W, C), y, dy (N, H/2, W/2, C), row-major, C innermost; y is the forward's output
// Mapping  one invocation makes one channel of a 2x2 square of dx; squares run over (H+1)/2 by (W+1)/2; those at
//          an odd edge have one or two pixels, which no window covers
// Reuse    y and dy serve four outputs from registers; every input is read once
// Cost     4 comparisons and 10 floats of traffic for four outputs: 0.1 flop/byte, bandwidth-bound
// Before   1_naive reads a window's y and dy four times and its x up to four times

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

fn isNan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }

// Whether v is the value that the window's maximum m was taken from; NaN counts as the largest.
fn same(v: f32, m: f32) -> bool { return select(v == m, isNan(v), isNan(m)); }

// Where x is what a ReLU made, the gradient is that of what the ReLU took; a window's maximum tells, since only that gets one.
fn beforeRelu(g: f32, m: f32) -> f32 {
  if (dims.relu == 0u) { return g; }
  return rectifyGradient1(g, m);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let C = dims.C;
  let rows = (dims.H + 1u) / 2u;
  let columns = (dims.W + 1u) / 2u;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= dims.N * rows * columns * C) { return; }

  let c = i % C;
  let q = i / C % columns;
  let p = i / (C * columns) % rows;
  let n = i / (C * columns * rows);
  let P = dims.H / 2u;
  let Q = dims.W / 2u;
  let row = dims.W * C;
  let top = ((n * dims.H + 2u * p) * dims.W + 2u * q) * C + c;
  if (p >= P || q >= Q) {
    dx[top] = 0.0;
    if (q < Q) { dx[top + C] = 0.0; }
    if (p < P) { dx[top + row] = 0.0; }
    return;
  }

  let window = ((n * P + p) * Q + q) * C + c;
  let m = y[window];
  let g = beforeRelu(dy[window], m);
  let a = same(x[top], m);
  let b = same(x[top + C], m) && !a;
  let d = same(x[top + row], m) && !a && !b;
  let e = same(x[top + row + C], m) && !a && !b && !d;
  dx[top] = select(0.0, g, a);
  dx[top + C] = select(0.0, g, b);
  dx[top + row] = select(0.0, g, d);
  dx[top + row + C] = select(0.0, g, e);
}
