// m = beta1 m + (1 - beta1) g,   v = beta2 v + (1 - beta2) g^2,   p = p - rate m / (sqrt(v) + epsilon)
// rate holds the correction for the zeros that m and v start from: lr sqrt(1 - beta2^t) / (1 - beta1^t) at step t >= 1
//
// Layout   g, p, m, v flat, any shape; count divisible by 4
// Mapping  one invocation makes 4 neighbouring elements
// Reuse    none: every element is read and written once
// Cost     14 operations and 7 floats of traffic for each element: 0.5 flop/byte, bandwidth-bound
// Before   1_naive moves single floats; here loads and stores are 16 bytes wide

const WORKGROUP = 64u;

struct Dims { count: u32, rate: f32, beta1: f32, beta2: f32, epsilon: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> v: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count / 4u) { return; }
  let first = dims.beta1 * m[i] + (1.0 - dims.beta1) * g[i];
  let second = dims.beta2 * v[i] + (1.0 - dims.beta2) * g[i] * g[i];
  m[i] = first;
  v[i] = second;
  p[i] -= dims.rate * first / (sqrt(second) + dims.epsilon);
}
