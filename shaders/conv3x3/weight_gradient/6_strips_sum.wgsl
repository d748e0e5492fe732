// sums[p][i] = sum of partial[j][i] over the CHUNK rows j of piece p, one level of the sum over all strips
//
// Layout   partial (strips / DONE, 3, 3, C, K), sums (pieces, 3, 3, C, K), one piece for CHUNK rows of partial;
//          row-major, K divisible by 4
// Mapping  one invocation makes 4 neighbouring k of one piece; invocations run along the flat index of sums
// Reuse    none: every partial sum is read once
// Cost     1 addition for each float of traffic: 0.25 flop/byte, bandwidth-bound

const WORKGROUP = 64u;
const CHUNK = 64u;                                 // rows that become one
const DONE = 1u;                                   // strips behind one row of this level's partial

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> partial: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let rowsOfDy = dims.N * (dims.H + 2u * dims.pad - 2u);
  let elements = 9u * dims.C * dims.K;
  let each = rowsOfStrip(rowsOfDy, dims.W + 2u * dims.pad - 2u, elements) * DONE;
  let rows = (rowsOfDy + each - 1u) / each;
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  let first = i / (elements / 4u) * CHUNK;
  if (first >= rows) { return; }

  var sum = vec4f(0.0);
  for (var row = first; row < min(first + CHUNK, rows); row++) {
    sum += partial[row * (elements / 4u) + i % (elements / 4u)];
  }
  sums[i] = sum;
}
