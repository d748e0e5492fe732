// mean and m2 of seen + rows rows, from those of the first seen rows and a batch x of rows more, per column:
//   mb = sum(x) / rows,  sb = sum((x - mb)^2),  d = mb - mean,  n = seen + rows
//   mean = mean + d rows / n,   m2 = m2 + sb + d^2 seen rows / n          (Chan, Golub and LeVeque 1983)
// With seen = 0 the old contents count for nothing, whatever they are.
//
// Layout   x (rows, columns), row-major; mean, m2 (columns); rows at least 1
// Mapping  one workgroup makes COLUMNS neighbouring columns; of its LANES rows of invocations each takes every LANES-th
//          row of x, keeping a running mean and sum of squared deviations (Welford 1962); then half of the lanes take
//          in the other half's by the formula above, and half of those, down to one
// Reuse    x is read once; the lanes' results meet in workgroup memory
// Cost     7 operations, one of them a division, for each float of traffic: 1.75 flop/byte
// Rounding x counts from the old mean, or from its first row, as in 1_naive
// Before   2_vec4 walks a column with one invocation, twice

const COLUMNS = 16u;
const LANES = 16u;

struct Dims { rows: u32, columns: u32, seen: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> m2: array<f32>;

struct Moments { rows: f32, mean: f32, m2: f32 }

var<workgroup> lanes: array<array<Moments, COLUMNS>, LANES>;

fn merge(a: Moments, b: Moments) -> Moments {
  if (a.rows == 0.0) { return b; }
  let rows = a.rows + b.rows;
  let share = b.rows / rows;
  let d = b.mean - a.mean;
  return Moments(rows, a.mean + d * share, a.m2 + b.m2 + d * d * share * a.rows);
}

@compute @workgroup_size(COLUMNS, LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let c = (group.x + group.y * groups.x) * COLUMNS + local.x;      // the grid folds into y past 65,535 groups
  var own = Moments(0.0, 0.0, 0.0);
  var origin = 0.0;
  if (c < dims.columns) {
    origin = x[c];
    if (dims.seen > 0u) { origin = mean[c]; }
    for (var r = local.y; r < dims.rows; r += LANES) {
      let value = x[r * dims.columns + c] - origin;
      let d = value - own.mean;
      own.rows += 1.0;
      own.mean += d / own.rows;
      own.m2 += d * (value - own.mean);
    }
  }
  lanes[local.y][local.x] = own;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local.y < half) {
      lanes[local.y][local.x] = merge(lanes[local.y][local.x], lanes[local.y + half][local.x]);
    }
  }

  if (local.y > 0u || c >= dims.columns) { return; }
  var result = lanes[0][local.x];
  if (dims.seen > 0u) { result = merge(Moments(f32(dims.seen), 0.0, m2[c]), result); }
  mean[c] = origin + result.mean;
  m2[c] = result.m2;
}
