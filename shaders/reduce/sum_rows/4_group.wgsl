// y[p,c] = sum of x[r,c] over the CHUNK rows r of piece p, one level of a sum over all rows
//
// Layout   x (rows / DONE, columns), row-major, columns divisible by 4; y (pieces, columns), one piece for CHUNK rows of x
// Mapping  one workgroup makes COLUMNS vectors of 4 neighbouring columns of one piece: each of its LANES rows of
//          invocations adds every LANES-th row of x, then half of the lanes add the other half's sums, and half of those,
//          down to one
// Reuse    none of the input; the lanes' sums meet in workgroup memory
// Cost     1 addition for each float of traffic: 0.25 flop/byte, bandwidth-bound
// Rounding a value meets at most CHUNK / LANES others and log2(LANES) sums at each level
// Before   3_vec4 leaves a whole chunk to one invocation; here LANES share it, so two levels do

const COLUMNS = 16u; // vectors of 4 columns a workgroup
const LANES = 16u;   // invocations down each of them
const CHUNK = 1024u; // rows that become one
const DONE = 1u;     // rows of the tensor behind one row of this level's x

struct Dims { rows: u32, columns: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

var<workgroup> sums: array<array<vec4f, COLUMNS>, LANES>;

@compute @workgroup_size(COLUMNS, LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let columns = dims.columns / 4u;
  let across = (columns + COLUMNS - 1u) / COLUMNS;
  let g = group.x + group.y * groups.x;            // the grid folds into y past 65,535 groups
  let piece = g / across;
  let c = g % across * COLUMNS + local.x;
  let rows = (dims.rows + DONE - 1u) / DONE;
  let end = min((piece + 1u) * CHUNK, rows);       // the fold's spare groups have no rows: their loop is empty

  var sum = vec4f(0.0);
  if (c < columns) {
    for (var r = piece * CHUNK + local.y; r < end; r += LANES) {
      sum += x[r * columns + c];
    }
  }
  sums[local.y][local.x] = sum;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local.y < half) { sums[local.y][local.x] += sums[local.y + half][local.x]; }
  }
  if (local.y == 0u && c < columns && piece * CHUNK < rows) { y[piece * columns + c] = sums[0][local.x]; }
}
