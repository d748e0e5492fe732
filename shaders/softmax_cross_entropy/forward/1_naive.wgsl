// loss[r] = w[labels[r]] * (m + log(sum over j of exp(x[r,j] - m)) - x[r, labels[r]]),  m = max over j of x[r,j]
//
// Layout   x (rows, columns), row-major; labels (rows); weights w (columns), or all 1; loss (rows)
// Mapping  one invocation makes one row, in two sweeps: maximum, sum of exponentials
// Reuse    none beyond the caches: x is read in both sweeps
// Cost     4 flops and 2 floats of traffic for each logit: 0.5 flop/byte, bandwidth-bound
//
// The maximum is subtracted from the label's logit too, before the logarithm is added: a small loss of large logits
// keeps its digits. A label that is no column gives NaN, and so does a NaN among the logits.

const WORKGROUP = 64u;

struct Dims { rows: u32, columns: u32, weighted: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> loss: array<f32>;

// A NaN made of bits that the compiler cannot see through: WGSL refuses a constant NaN.
fn notANumber(anything: u32) -> f32 { return bitcast<f32>(0x7fc00000u | (anything & 1u)); }

// What the row's loss counts for.
fn weightOf(label: u32) -> f32 {
  if (dims.weighted == 0u) { return 1.0; }
  return weights[label];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * WORKGROUP;    // the grid folds into y past 65,535 groups
  if (row >= dims.rows) { return; }

  let label = labels[row];
  if (label >= dims.columns) {
    loss[row] = notANumber(label);
    return;
  }
  let start = row * dims.columns;
  let end = start + dims.columns;
  var largest = x[start];
  for (var i = start; i < end; i++) { largest = larger(largest, x[i]); }
  var sum = 0.0;
  for (var i = start; i < end; i++) { sum += exp(x[i] - largest); }
  let own = weightOf(label) * (log(sum) + (largest - x[start + label]));
  loss[row] = select(own, largest, isNan(largest));
}
