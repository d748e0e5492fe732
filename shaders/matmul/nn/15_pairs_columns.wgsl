// columns[n] = the power of two that brings the largest of column n of w to between 2^14 and 2^15
//
// Layout   w (K, N), columns (N) of scales, row-major; N divisible by 4
// Mapping  a workgroup makes 32 scales: 8 neighbours read 4 columns each of one row, 32 rows at a time, and the largest of theirs is found
//          in halves
// Reuse    none: every number is read once
// Cost     4 K N bytes read: bandwidth-bound

const WORKGROUP = 256u;
const ACROSS = 8u;                                 // vec4 of a row

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> columns: array<vec4f>;

var<workgroup> found: array<vec4u, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let N4 = dims.N / 4u;
  let n = group.x * ACROSS + local % ACROSS;
  var sizes = vec4u(0u);
  for (var k = local / ACROSS; k < dims.K; k += WORKGROUP / ACROSS) {
    sizes = max(sizes, sizeBits(w[k * N4 + min(n, N4 - 1u)]));
  }
  found[local] = sizes;
  for (var half = WORKGROUP / 2u; half >= ACROSS; half /= 2u) {
    workgroupBarrier();
    if (local < half) { found[local] = max(found[local], found[local + half]); }
  }
  if (local < ACROSS && n < N4) { columns[n] = scalesOf(found[local]); }
}
