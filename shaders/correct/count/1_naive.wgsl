// count = count + number of rows r whose first largest logit is at column labels[r]; a row with NaN never counts
//
// Layout   logits (rows, columns), row-major; labels (rows); count (1)
// Mapping  one invocation judges one row: the label's logit must beat those before it and not lose to those after it
// Reuse    the label's logit, in a register
// Cost     2 comparisons for each float of traffic: 0.5 flop/byte, bandwidth-bound

const WORKGROUP = 64u;

struct Dims { rows: u32, columns: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> count: array<atomic<u32>>;

// By its bits: WGSL lets a compiler assume that a float is never NaN.
fn isNaN(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let r = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (r >= dims.rows) { return; }
  let label = labels[r];
  if (label >= dims.columns) { return; }

  let row = r * dims.columns;
  let best = logits[row + label];
  for (var c = 0u; c < dims.columns; c++) {
    let other = logits[row + c];
    if (isNaN(other) || other > best || (other == best && c < label)) { return; }
  }
  atomicAdd(&count[0], 1u);
}
