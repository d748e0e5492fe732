// y[i] = x[i]: how many bytes a second a device's memory moves
//
// Layout   x, y (count) of vec4
// Mapping  one invocation copies one vec4; invocations run along the flat index
// Reuse    none
// Cost     32 bytes of traffic an invocation, no arithmetic: bandwidth-bound

const WORKGROUP = 256u;

struct Dims { count: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count) { return; }
  y[i] = x[i];
}
