// y[r,k] = exp(x[r,k] - m[r]) / sum over j of exp(x[r,j] - m[r]),  m[r] = max over j of x[r,j]
//
// Layout   x, y (rows, columns), row-major
// Mapping  one workgroup makes one row: invocation t takes columns t, t + WORKGROUP, ... in each of two sweeps
// Reuse    (maximum, sum) pairs are folded in workgroup memory: the pair with the smaller maximum is scaled down
// Cost     6 flops and 3 floats of traffic for each output: 0.5 flop/byte, bandwidth-bound
// Before   2_workgroup sweeps three times and parks exponentials in y; here one sweep keeps a running maximum and a sum
//          relative to it, and the second writes y (Milakov and Gimelshein, 2018, arXiv:1805.02867)

const WORKGROUP = 128u;    // a power of two

struct Dims { rows: u32, columns: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

var<workgroup> partial: array<vec2f, WORKGROUP>;   // maximum, sum of exp(x - maximum)

const LOWEST = -3.0e38;                            // stands for the maximum of nothing; -infinity would give inf - inf

fn fold(a: vec2f, b: vec2f) -> vec2f {
  let largest = larger(a.x, b.x);
  return vec2f(largest, a.y * exp(a.x - largest) + b.y * exp(b.x - largest));
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
  var own = vec2f(LOWEST, 0.0);
  for (var i = start + t; i < end; i += WORKGROUP) { own = fold(own, vec2f(x[i], 1.0)); }
  partial[t] = own;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) { partial[t] = fold(partial[t], partial[t + half]); }
  }
  workgroupBarrier();
  let all = partial[0];
  for (var i = start + t; i < end; i += WORKGROUP) {
    y[i] = select(exp(x[i] - all.x) / all.y, all.x, isNan(all.x));
  }
}
