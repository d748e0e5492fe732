// y[m,n] = b[n] + sum over s of part[s,m,n], and max(y, 0) where relu is 1: second of two passes
//
// Layout   part (K / SUM rounded up, 64, N), b (N) of floats, y (M, N) of halves; row-major; N divisible by 4
// Mapping  one invocation makes 4 neighbouring elements; invocations run along the flat index of y
// Reuse    none: a part is read once
// Cost     1 flop for 1 float loaded: 0.25 flop/byte, bandwidth-bound
// Order    the blocks one after the other, whatever M; within a block, as the matrix unit adds

const WORKGROUP = 64u;
const SUM = 1024u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> part: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec2u>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  let count = dims.M * dims.N / 4u;
  if (i >= count) { return; }
  let parts = (dims.K + SUM - 1u) / SUM;
  var total = b[i % (dims.N / 4u)];
  for (var s = 0u; s < parts; s++) { total += part[s * 64u * (dims.N / 4u) + i]; }
  let u = select(total, rectify(total), dims.relu == 1u);
  y[i] = vec2u(toHalves(u.xy), toHalves(u.zw));
}
