// y[r,k] = exp(x[r,k] - m[r]) / sum over j of exp(x[r,j] - m[r]),  m[r] = max over j of x[r,j]
//
// Layout   x, y (rows, columns), row-major
// Mapping  one invocation makes one row, in three sweeps: maximum, sum of exponentials, quotients
// Reuse    the exponentials of the second sweep wait in y for the third
// Cost     4 flops and 5 floats of traffic for each output: 0.2 flop/byte, bandwidth-bound
//
// Subtracting the maximum makes every exponent at most 0: nothing overflows, and the sum is at least 1.

const WORKGROUP = 64u;

struct Dims { rows: u32, columns: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * WORKGROUP;    // the grid folds into y past 65,535 groups
  if (row >= dims.rows) { return; }

  let start = row * dims.columns;
  let end = start + dims.columns;
  var largest = x[start];
  for (var i = start; i < end; i++) { largest = larger(largest, x[i]); }
  var sum = 0.0;
  for (var i = start; i < end; i++) {
    let e = exp(x[i] - largest);
    y[i] = e;
    sum += e;
  }
  for (var i = start; i < end; i++) { y[i] = select(y[i] / sum, largest, isNan(largest)); }
}
