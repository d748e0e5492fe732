// y[i] = the half nearest to x[i]; NaN where |x[i]| > 65504
//
// Layout   x (count) of floats, y (count) of halves: two share a word, an odd count leaves the last one's upper half 0
// Mapping  one invocation makes one word of y
// Reuse    none: every element is read and written once
// Cost     6 bytes of traffic for each element, bandwidth-bound

const WORKGROUP = 64u;

struct Dims { count: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= (dims.count + 1u) / 2u) { return; }
  let second = 2u * i + 1u;
  y[i] = toHalves(vec2f(x[2u * i], select(0.0, x[min(second, dims.count - 1u)], second < dims.count)));
}
