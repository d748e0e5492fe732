// y[p,c] = sum of x[r,c] over the CHUNK rows r of piece p, one level of a sum over all rows
//
// Layout   x (rows / DONE, columns), row-major; y (pieces, columns), one piece for CHUNK rows of x
// Mapping  one invocation makes one column of one piece; neighbours read neighbouring columns
// Reuse    none: every input is read once; a level writes 1/CHUNK of what it reads
// Cost     1 addition for each float of traffic: 0.25 flop/byte, bandwidth-bound
// Rounding a value meets at most CHUNK others at each level instead of all rows at once
// Before   1_naive has one invocation a column and runs through all rows; here rows are worked on side by side

const WORKGROUP = 64u;
const CHUNK = 256u; // rows that become one
const DONE = 1u;    // rows of the tensor behind one row of this level's x

struct Dims { rows: u32, columns: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  let columns = dims.columns;
  let rows = (dims.rows + DONE - 1u) / DONE;
  let pieces = (rows + CHUNK - 1u) / CHUNK;
  if (i >= pieces * columns) { return; }

  let c = i % columns;
  let first = i / columns * CHUNK;
  let end = min(first + CHUNK, rows);
  var sum = 0.0;
  for (var r = first; r < end; r++) {
    sum += x[r * columns + c];
  }
  y[i] = sum;
}
