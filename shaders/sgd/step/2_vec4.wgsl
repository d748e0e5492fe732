// v = momentum v - rate g,   p = p + v, or with nesterov p = p + momentum v - rate g
//
// Layout   g, p, v flat, any shape; count divisible by 4
// Mapping  one invocation makes 4 neighbouring elements
// Reuse    none: every element is read and written once
// Cost     4 to 7 operations and 5 floats of traffic for each element: at most 0.35 flop/byte, bandwidth-bound
// Before   1_naive moves single floats; here loads and stores are 16 bytes wide

const WORKGROUP = 64u;

struct Dims { count: u32, nesterov: u32, rate: f32, momentum: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> v: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count / 4u) { return; }
  let step = dims.rate * g[i];
  let velocity = dims.momentum * v[i] - step;
  v[i] = velocity;
  p[i] += select(velocity, dims.momentum * velocity - step, dims.nesterov != 0u);
}
