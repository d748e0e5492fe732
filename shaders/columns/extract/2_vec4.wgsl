// x[r, c] = y[r, first + c] for c < width
//
// Layout   x (rows, width), y (rows, total), row-major; width, total and first divisible by 4
// Mapping  one invocation moves 4 neighbouring elements; invocations run along the flat index of x
// Reuse    none: every element is read and written once
// Cost     2 floats of traffic for each element and no arithmetic, bandwidth-bound
// Before   1_naive moves single floats; here loads and stores are 16 bytes wide

const WORKGROUP = 64u;

struct Dims { rows: u32, width: u32, total: u32, first: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> y: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  let width = dims.width / 4u;
  if (i >= dims.rows * width) { return; }
  let at = i / width * (dims.total / 4u) + dims.first / 4u + i % width;
  x[i] = y[at];
}
