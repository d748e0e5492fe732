// count = count + number of rows r whose first largest logit is at column labels[r]; a row with NaN never counts
//
// Layout   logits (rows, columns), row-major; labels (rows); count (1)
// Mapping  one workgroup judges one row, each invocation every WORKGROUP-th column; neighbours read neighbouring columns
// Reuse    the label's logit, in a register of each invocation; verdicts meet in one flag in workgroup memory
// Cost     2 comparisons for each float of traffic: 0.5 flop/byte, bandwidth-bound
// Before   1_naive walks a row with one invocation, and neighbours read whole rows apart

const WORKGROUP = 64u;

struct Dims { rows: u32, columns: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> count: array<atomic<u32>>;

var<workgroup> lost: atomic<u32>;                  // zero at the start, as all workgroup memory is

// By its bits: WGSL lets a compiler assume that a float is never NaN.
fn isNaN(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let r = group.x + group.y * groups.x;            // the grid folds into y past 65,535 groups
  if (r >= dims.rows) { return; }
  let label = labels[r];
  if (label >= dims.columns) { return; }

  let row = r * dims.columns;
  let best = logits[row + label];
  for (var c = lane; c < dims.columns; c += WORKGROUP) {
    let other = logits[row + c];
    if (isNaN(other) || other > best || (other == best && c < label)) {
      atomicStore(&lost, 1u);
      break;
    }
  }
  workgroupBarrier();
  if (lane == 0u && atomicLoad(&lost) == 0u) { atomicAdd(&count[0], 1u); }
}
