// loss[r] = m + log(sum over j of exp(x[r,j] - m)) - x[r, labels[r]],  m = max over j of x[r,j]          (natural log)
//
// Layout   x (rows, columns), row-major; labels (rows); loss (rows)
// Mapping  one workgroup makes one row: invocation t takes columns t, t + WORKGROUP, ... in both sweeps
// Reuse    maximum and sum are folded pairwise in workgroup memory
// Cost     4 flops and 2 floats of traffic for each logit: 0.5 flop/byte, bandwidth-bound
// Before   1_naive keeps as many invocations busy as there are rows, and neighbours read a whole row apart

const WORKGROUP = 128u;    // a power of two

struct Dims { rows: u32, columns: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;

var<workgroup> partial: array<f32, WORKGROUP>;

fn notANumber(anything: u32) -> f32 { return bitcast<f32>(0x7fc00000u | (anything & 1u)); }

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
  for (var i = start + t; i < end; i += WORKGROUP) { sum += exp(x[i] - largest); }
  partial[t] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) { partial[t] += partial[t + half]; }
  }
  if (t > 0u) { return; }
  let label = labels[row];
  if (label < dims.columns) {
    loss[row] = select(log(partial[0]) + (largest - x[start + label]), largest, isNan(largest));
  } else {
    loss[row] = notANumber(label);
  }
}
