// dx[n,h,w,c] = dy[n, h/2, w/2, c] if x[n,h,w,c] is the first maximum of its window, else 0; with relu also where
// that maximum is 0 or below
//
// Layout   x, dx (N, H, W, C), y, dy (N, H/2, W/2, C), row-major, C innermost; C divisible by 4; y the forward's output
// Mapping  one invocation makes 4 neighbouring channels of a 2x2 square of dx; squares run over (H+1)/2 by (W+1)/2, so
//          that those at an odd edge have one or two pixels, which no window covers
// Reuse    y and dy serve four pixels from registers; every input is read once
// Cost     4 comparisons and 10 floats of traffic for four outputs: 0.1 flop/byte, bandwidth-bound
// Before   2_window moves single floats; here loads and stores are 16 bytes wide

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> y: array<vec4f>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4f>;

fn isNan(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}

// Whether v is the value that the window's maximum m was taken from; NaN counts as the largest.
fn same(v: vec4f, m: vec4f) -> vec4<bool> { return select(v == m, isNan(v), isNan(m)); }

// Where x is what a ReLU made, the gradient is that of what the ReLU took; a window's maximum tells, since only that gets one.
fn beforeRelu(g: vec4f, m: vec4f) -> vec4f {
  if (dims.relu == 0u) { return g; }
  return rectifyGradient(g, m);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let C4 = dims.C / 4u;
  let rows = (dims.H + 1u) / 2u;
  let columns = (dims.W + 1u) / 2u;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= dims.N * rows * columns * C4) { return; }

  let c = i % C4;
  let q = i / C4 % columns;
  let p = i / (C4 * columns) % rows;
  let n = i / (C4 * columns * rows);
  let P = dims.H / 2u;
  let Q = dims.W / 2u;
  let row = dims.W * C4;
  let top = ((n * dims.H + 2u * p) * dims.W + 2u * q) * C4 + c;
  let zero = vec4f(0.0);
  if (p >= P || q >= Q) {
    dx[top] = zero;
    if (q < Q) { dx[top + C4] = zero; }
    if (p < P) { dx[top + row] = zero; }
    return;
  }

  let window = ((n * P + p) * Q + q) * C4 + c;
  let m = y[window];
  let g = beforeRelu(dy[window], m);
  let a = same(x[top], m);
  let b = same(x[top + C4], m) & !a;
  let d = same(x[top + row], m) & !a & !b;
  let e = same(x[top + row + C4], m) & !a & !b & !d;
  dx[top] = select(zero, g, a);
  dx[top + C4] = select(zero, g, b);
  dx[top + row] = select(zero, g, d);
  dx[top + row + C4] = select(zero, g, e);
}
