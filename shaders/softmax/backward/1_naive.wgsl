// dx[r,k] = y[r,k] * (dy[r,k] - sum over j of y[r,j] dy[r,j])
//
// Layout   y, dy, dx (rows, columns), row-major; y is the forward's output
// Mapping  one invocation makes one row, in two sweeps: the inner product, then the outputs
// Reuse    none beyond the caches: y and dy are read in both sweeps
// Cost     4 flops and 5 floats of traffic for each output: 0.2 flop/byte, bandwidth-bound

const WORKGROUP = 64u;

struct Dims { rows: u32, columns: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= dims.rows) { return; }

  let start = row * dims.columns;
  let end = start + dims.columns;
  var inner = 0.0;
  for (var i = start; i < end; i++) { inner += y[i] * dy[i]; }
  for (var i = start; i < end; i++) { dx[i] = y[i] * (dy[i] - inner); }
}
