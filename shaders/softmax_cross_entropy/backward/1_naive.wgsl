// dx[r,k] = scale * w[labels[r]] * (softmax(x[r])[k] - (1 if k = labels[r], else 0))
//
// Layout   x, dx (rows, columns), row-major; labels (rows); weights w (columns), or all 1
// Mapping  one invocation makes one row, in three sweeps: maximum, sum of exponentials, outputs
// Reuse    the exponentials of the second sweep wait in dx for the third
// Cost     6 flops and 5 floats of traffic for each output: 0.3 flop/byte, bandwidth-bound
//
// scale is 1 / (rows of the whole batch) for a mean loss, whatever part of the batch x is. A row whose label is no
// column has no loss, and its gradient is NaN throughout, as it is where a logit is NaN.

const WORKGROUP = 64u;

struct Dims { rows: u32, columns: u32, weighted: u32, scale: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

// A NaN made of bits that the compiler cannot see through: WGSL refuses a constant NaN.
fn notANumber(anything: u32) -> f32 { return bitcast<f32>(0x7fc00000u | (anything & 1u)); }

// What the row's loss counts for.
fn weightOf(label: u32) -> f32 {
  if (dims.weighted == 0u) { return 1.0; }
  return weights[label];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= dims.rows) { return; }

  let label = labels[row];
  let start = row * dims.columns;
  let end = start + dims.columns;
  if (label >= dims.columns) {
    for (var i = start; i < end; i++) { dx[i] = notANumber(label); }
    return;
  }
  var largest = x[start];
  for (var i = start; i < end; i++) { largest = larger(largest, x[i]); }
  var sum = 0.0;
  for (var i = start; i < end; i++) {
    let e = exp(x[i] - largest);
    dx[i] = e;
    sum += e;
  }
  let scale = dims.scale * weightOf(label);
  for (var i = start; i < end; i++) {
    let gradient = scale * (dx[i] / sum - select(0.0, 1.0, i == start + label));
    dx[i] = select(gradient, largest, isNan(largest));
  }
}
