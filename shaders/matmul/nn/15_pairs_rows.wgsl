// rows[m] = the power of two that brings the largest of row m of x to between 2^14 and 2^15
//
// Layout   x (M, K), rows (M) of scales, row-major; K divisible by 4
// Mapping  a workgroup makes one scale: its invocations run along the row, and the largest of theirs is found in halves
// Reuse    none: every number is read once
// Cost     4 M K bytes read: bandwidth-bound

const WORKGROUP = 128u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> rows: array<f32>;

var<workgroup> found: array<u32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let m = group.x + group.y * groups.x;            // the grid folds into y past 65,535 rows
  if (m >= dims.M) { return; }
  var sizes = vec4u(0u);
  for (var i = local; i < dims.K / 4u; i += WORKGROUP) { sizes = max(sizes, sizeBits(x[m * (dims.K / 4u) + i])); }
  found[local] = largest(sizes);
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { found[local] = max(found[local], found[local + half]); }
  }
  if (local == 0u) { rows[m] = scaleOf(found[0]); }
}
