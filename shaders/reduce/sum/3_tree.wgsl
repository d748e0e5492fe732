// y[g] = sum of what workgroup g reads: one level of a sum over everything; the last level, of one group, also scales
//
// Layout   x (count, or the GROUPS of the level before), y (GROUPS)
// Mapping  one workgroup makes one partial sum: each invocation adds every (GROUPS * WORKGROUP)-th element, then half of
//          the invocations add the other half's sums, and half of those, down to one
// Reuse    none of the input; the invocations' sums meet in workgroup memory
// Cost     1 addition for each float of traffic: 0.25 flop/byte, bandwidth-bound
// Rounding a value meets count / (GROUPS * WORKGROUP) others, then log2(WORKGROUP) sums, then GROUPS
// Before   2_split sends every invocation's sum through memory to a further level; here a group hands over one

const WORKGROUP = 256u;
const GROUPS = 256u;  // sums that this level makes
const COUNT = 0u;     // elements of x at a later level; 0 at the first, where x has dims.count
const LAST = 0u;      // 1 at the level that makes the result

struct Dims { count: u32, scale: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

var<workgroup> sums: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let count = select(COUNT, dims.count, COUNT == 0u);
  var sum = 0.0;
  for (var i = group.x * WORKGROUP + lane; i < count; i += GROUPS * WORKGROUP) {
    sum += x[i];
  }
  sums[lane] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u) { y[group.x] = select(sums[0], dims.scale * sums[0], LAST == 1u); }
}
