// y[n,c] = 1 / (H W) * sum over h,w of x[n,h,w,c]
//
// Layout   x (N, H, W, C), y (N, C), row-major, C innermost; C divisible by 4
// Mapping  one invocation makes 4 neighbouring elements of y
// Reuse    none: every input is read once, a row summed by itself before it joins the total
// Cost     H W additions and H W + 1 floats of traffic for each output: 0.25 flop/byte, bandwidth-bound
// Before   1_naive reads single floats; here 4 channels make one 16-byte load

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let C4 = dims.C / 4u;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= dims.N * C4) { return; }

  let c = i % C4;
  let n = i / C4;
  var at = n * dims.H * dims.W * C4 + c;
  var total = vec4f(0.0);
  for (var h = 0u; h < dims.H; h++) {
    var row = vec4f(0.0);
    for (var w = 0u; w < dims.W; w++) {
      row += x[at];
      at += C4;
    }
    total += row;
  }
  y[i] = total / f32(dims.H * dims.W);
}
