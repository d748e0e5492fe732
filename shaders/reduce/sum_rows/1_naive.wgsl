// y[c] = sum over r of x[r,c]
//
// Layout   x (rows, columns), row-major; y (columns)
// Mapping  one invocation makes one column's sum, row after row; neighbours read neighbouring columns
// Reuse    none: every input is read once
// Cost     1 addition for each float of traffic: 0.25 flop/byte, bandwidth-bound
// Rounding each run of BLOCK rows is summed by itself and then added, so that a small term never meets the whole sum

const WORKGROUP = 64u;
const BLOCK = 256u;

struct Dims { rows: u32, columns: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (c >= dims.columns) { return; }

  var total = 0.0;
  for (var first = 0u; first < dims.rows; first += BLOCK) {
    let end = min(first + BLOCK, dims.rows);
    var sum = 0.0;
    for (var r = first; r < end; r++) {
      sum += x[r * dims.columns + c];
    }
    total += sum;
  }
  y[c] = total;
}
