// loss[r] = w[labels[r]] * (m + log(sum over j of exp(x[r,j] - m)) - x[r, labels[r]]),  m = max over j of x[r,j]
//
// Layout   x (rows, columns), row-major; labels (rows); weights w (columns), or all 1; loss (rows)
// Mapping  one workgroup makes one row: invocation t takes columns t, t + WORKGROUP, ... in both sweeps
// Reuse    maximum and sum are folded pairwise in workgroup memory
// Cost     4 flops and 2 floats of traffic for each logit: 0.5 flop/byte, bandwidth-bound
// Before   1_naive keeps as many invocations busy as there are rows, and neighbours read a whole row apart

const WORKGROUP = 128u;    // a power of two

struct Dims { rows: u32, columns: u32, weighted: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> loss: array<f32>;

var<workgroup> partial: array<f32, WORKGROUP>;

fn notANumber(anything: u32) -> f32 { return bitcast<f32>(0x7fc00000u | (anything & 1u)); }

// What the row's loss counts for.
fn weightOf(label: u32) -> f32 {
  if (dims.weighted == 0u) { return 1.0; }
  return weights[label];
}

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
    let own = weightOf(label) * (log(partial[0]) + (largest - x[start + label]));
    loss[row] = select(own, largest, isNan(largest));
  } else {
    loss[row] = notANumber(label);
  }
}
