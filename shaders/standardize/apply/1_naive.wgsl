// y[r,c] = (x[r,c] - mean[c]) / max(sqrt(m2[c] / seen), epsilon)
//
// Layout   x, y (rows, columns), row-major; mean, m2 (columns)
// Mapping  one invocation makes one element
// Reuse    each column's mean and m2 by all rows, from cache
// Cost     5 operations and 2 floats of traffic for each element: 0.6 flop/byte, bandwidth-bound

const WORKGROUP = 64u;

struct Dims { rows: u32, columns: u32, seen: u32, epsilon: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> m2: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let columns = dims.columns;
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.rows * columns) { return; }
  let c = i % columns;
  let deviation = max(sqrt(m2[c] / f32(dims.seen)), dims.epsilon);
  y[i] = (x[i] - mean[c]) / deviation;
}
