// y[n,c] = 1 / (H W) * sum over h,w of x[n,h,w,c]
//
// Layout   x (N, H, W, C), y (N, C), row-major, C innermost; C divisible by 4
// Mapping  a workgroup makes 4 GROUPS neighbouring channels of one picture; each of GROUPS x SLICES invocations sums
//          every SLICES-th pixel of its 4 channels, then the slices are added pairwise in workgroup memory
// Reuse    none in x; the partial sums cross invocations once
// Cost     H W additions and H W + 1 floats of traffic for each output: 0.25 flop/byte, bandwidth-bound
// Before   2_vec4 has N C / 4 invocations, too few to fill a GPU for one picture; here there are SLICES times as many

const GROUPS = 16u;    // of four channels
const SLICES = 8u;     // a power of two

struct Dims { N: u32, H: u32, W: u32, C: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

var<workgroup> sums: array<array<vec4f, GROUPS>, SLICES>;

@compute @workgroup_size(GROUPS, SLICES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let C4 = dims.C / 4u;
  let pixels = dims.H * dims.W;
  let c = group.x * GROUPS + local.x;
  let slice = local.y;
  for (var n = group.y; n < dims.N; n += 65535u) {  // a grid has at most 65,535 rows
    var total = vec4f(0.0);
    if (c < C4) {
      for (var pixel = slice; pixel < pixels; pixel += SLICES) {
        total += x[(n * pixels + pixel) * C4 + c];
      }
    }
    sums[slice][local.x] = total;
    for (var half = SLICES / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (slice < half) { sums[slice][local.x] += sums[slice + half][local.x]; }
    }
    if (slice == 0u && c < C4) { y[n * C4 + c] = sums[0][local.x] / f32(pixels); }
    workgroupBarrier();
  }
}
