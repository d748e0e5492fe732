// dx[n,h,w,c] = dy[n, h/2, w/2, c] if x[n,h,w,c] is the first maximum of its window, else 0; with relu also where
// that maximum is 0 or below
//
// Layout   x, dx (N, H, W, C), y, dy (N, H/2, W/2, C), row-major, C innermost; y is the forward's output
// Mapping  one invocation makes one element of dx: it looks at the elements of its window that come before its own
// Reuse    an element of x is read by up to 4 invocations, an element of y and of dy by 4
// Cost     up to 4 comparisons and 3.5 floats of compulsory traffic for each output: 0.3 flop/byte, bandwidth-bound

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
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= dims.N * dims.H * dims.W * C) { return; }

  let c = i % C;
  let w = i / C % dims.W;
  let h = i / (C * dims.W) % dims.H;
  let n = i / (C * dims.W * dims.H);
  let P = dims.H / 2u;
  let Q = dims.W / 2u;
  if (h / 2u >= P || w / 2u >= Q) {                // the odd row or column that no window covers
    dx[i] = 0.0;
    return;
  }

  let window = ((n * P + h / 2u) * Q + w / 2u) * C + c;
  let own = (h % 2u) * 2u + w % 2u;                // 0 1
  let m = y[window];                               // 2 3
  let top = i - ((h % 2u) * dims.W + w % 2u) * C;
  var first = same(x[i], m);
  for (var k = 0u; k < own; k++) {
    if (same(x[top + ((k / 2u) * dims.W + k % 2u) * C], m)) { first = false; }
  }
  dx[i] = select(0.0, beforeRelu(dy[window], m), first);
}
