// y[i] = sum of x[i], x[i + LANES], x[i + 2 LANES], ...: one level of a sum over everything; the last level also scales
//
// Layout   x (count, or the LANES of the level before), y (LANES)
// Mapping  one invocation makes one partial sum; neighbours read neighbouring elements
// Reuse    none: every input is read once
// Cost     1 addition for each float of traffic: 0.25 flop/byte, bandwidth-bound
// Rounding a value meets 1/LANES of the others at the first level, and fewer at those that follow
// Before   1_naive is a single invocation; here LANES of them share the first level's work

const WORKGROUP = 64u;
const LANES = 4096u;  // sums that this level makes
const COUNT = 0u;     // elements of x at a later level; 0 at the first, where x has dims.count
const LAST = 0u;      // 1 at the level that makes the result

struct Dims { count: u32, scale: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= LANES) { return; }
  let count = select(COUNT, dims.count, COUNT == 0u);
  var sum = 0.0;
  for (var i = id.x; i < count; i += LANES) {
    sum += x[i];
  }
  y[id.x] = select(sum, dims.scale * sum, LAST == 1u);
}
