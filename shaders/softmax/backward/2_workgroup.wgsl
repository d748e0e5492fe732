// dx[r,k] = y[r,k] * (dy[r,k] - sum over j of y[r,j] dy[r,j])
//
// Layout   y, dy, dx (rows, columns), row-major; y is the forward's output
// Mapping  one workgroup makes one row: invocation t takes columns t, t + WORKGROUP, ... in both sweeps
// Reuse    the inner product is folded pairwise in workgroup memory
// Cost     4 flops and 5 floats of traffic for each output: 0.2 flop/byte, bandwidth-bound
// Before   1_naive keeps as many invocations busy as there are rows, and neighbours read a whole row apart

const WORKGROUP = 128u;    // a power of two

struct Dims { rows: u32, columns: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

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
  var inner = 0.0;
  for (var i = start + t; i < end; i += WORKGROUP) { inner += y[i] * dy[i]; }
  partial[t] = inner;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) { partial[t] += partial[t + half]; }
  }
  workgroupBarrier();
  inner = partial[0];
  for (var i = start + t; i < end; i += WORKGROUP) { dx[i] = y[i] * (dy[i] - inner); }
}
