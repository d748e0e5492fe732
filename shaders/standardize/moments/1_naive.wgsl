// mean and m2 of seen + rows rows, from those of the first seen rows and a batch x of rows more, per column:
//   mb = sum(x) / rows,  sb = sum((x - mb)^2),  d = mb - mean,  n = seen + rows
//   mean = mean + d rows / n,   m2 = m2 + sb + d^2 seen rows / n          (Chan, Golub and LeVeque 1983)
// With seen = 0 the old contents count for nothing, whatever they are.
//
// Layout   x (rows, columns), row-major; mean, m2 (columns); rows at least 1
// Mapping  one invocation makes one column; neighbours read neighbouring columns
// Reuse    x is read twice, the second time from cache where a batch fits there
// Cost     6 operations for 2 floats of traffic: 0.75 flop/byte, bandwidth-bound
// Rounding x counts from the old mean, or from its first row: a mean of 1,000 would leave a deviation of 1 four digits;
//          and squares are of deviations, never a difference of two sums of squares

const WORKGROUP = 64u;

struct Dims { rows: u32, columns: u32, seen: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> m2: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let columns = dims.columns;
  let c = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (c >= columns) { return; }

  let rows = f32(dims.rows);
  var origin = x[c];
  if (dims.seen > 0u) { origin = mean[c]; }
  var sum = 0.0;
  for (var r = 0u; r < dims.rows; r++) {
    sum += x[r * columns + c] - origin;
  }
  let d = sum / rows;
  var squares = 0.0;
  for (var r = 0u; r < dims.rows; r++) {
    let deviation = x[r * columns + c] - origin - d;
    squares += deviation * deviation;
  }

  if (dims.seen == 0u) {
    mean[c] = origin + d;
    m2[c] = squares;
  } else {
    let share = rows / f32(dims.seen + dims.rows);
    mean[c] += d * share;
    m2[c] += squares + d * d * share * f32(dims.seen);
  }
}
