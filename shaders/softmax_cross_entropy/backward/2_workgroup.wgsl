// dx[r,k] = scale * w[labels[r]] * (softmax(x[r])[k] - (1 if k = labels[r], else 0))
//
// Layout   x, dx (rows, columns), row-major; labels (rows); weights w (columns), or all 1
// Mapping  one workgroup makes one row: invocation t takes columns t, t + WORKGROUP, ... in each of three sweeps
// Reuse    maximum and sum are folded pairwise in workgroup memory; powers wait in dx, each for the same invocation
// Cost     6 flops and 5 floats of traffic for each output: 0.3 flop/byte, bandwidth-bound
// Before   1_naive keeps as many invocations busy as there are rows, and neighbours read a whole row apart

const WORKGROUP = 128u;    // a power of two

struct Dims { rows: u32, columns: u32, weighted: u32, scale: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

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
  for (var i = start + t; i < end; i += WORKGROUP) {
    let e = exp(x[i] - largest);
    dx[i] = e;
    sum += e;
  }
  partial[t] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) { partial[t] += partial[t + half]; }
  }
  workgroupBarrier();
  sum = partial[0];
  let label = labels[row];
  let scale = dims.scale * weightOf(label);
  for (var i = start + t; i < end; i += WORKGROUP) {
    let gradient = scale * (dx[i] / sum - select(0.0, 1.0, i == start + label));
    if (label < dims.columns) { dx[i] = select(gradient, largest, isNan(largest)); } else { dx[i] = notANumber(label); }
  }
}
