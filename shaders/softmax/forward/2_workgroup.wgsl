// y[r,k] = exp(x[r,k] - m[r]) / sum over j of exp(x[r,j] - m[r]),  m[r] = max over j of x[r,j]
//
// Layout   x, y (rows, columns), row-major
// Mapping  one workgroup makes one row: invocation t takes columns t, t + WORKGROUP, ... in each of three sweeps
// Reuse    maximum and sum are folded pairwise in workgroup memory; powers wait in y, each for the same invocation
// Cost     4 flops and 5 floats of traffic for each output: 0.2 flop/byte, bandwidth-bound
// Before   1_naive keeps as many invocations busy as there are rows, and neighbours read a whole row apart; here a row
//          keeps WORKGROUP of them busy and neighbours read neighbours

const WORKGROUP = 128u;    // a power of two

struct Dims { rows: u32, columns: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

var<workgroup> partial: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  let row = group.x + group.y * groups.x;
  if (row >= dims.rows) { return; }

  let start = row * dims.columns;
  let end = start + dims.columns;
  var largest = x[start];
  for (var i = start + t; i < end; i += WORKGROUP) { largest = larger(largest, x[i]); }
  partial[t] = largest;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) { partial[t] = larger(partial[t], partial[t + half]); }
  }
  workgroupBarrier();
  largest = partial[0];
  workgroupBarrier();                              // all have read it before sums take its place

  var sum = 0.0;
  for (var i = start + t; i < end; i += WORKGROUP) {
    let e = exp(x[i] - largest);
    y[i] = e;
    sum += e;
  }
  partial[t] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) { partial[t] += partial[t + half]; }
  }
  workgroupBarrier();
  sum = partial[0];
  for (var i = start + t; i < end; i += WORKGROUP) { y[i] = select(y[i] / sum, largest, isNan(largest)); }
}
