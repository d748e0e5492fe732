// y[m,n] = b[n] + sum over blocks of part[block,n,m], in order, and max(y, 0) where relu is 1
//
// Layout   part (blocks, N, 64), b (N), y (M, N), row-major; M at most 64
// Mapping  one invocation makes 4 rows of one column; invocations run along m, then n, so neighbours read neighbours of part
// Reuse    none: every partial sum is read once
// Cost     1 flop for 4 bytes: bandwidth-bound

const WORKGROUP = 64u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> part: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn store(m: u32, n: u32, total: f32) {
  if (m < dims.M) { y[m * dims.N + n] = select(total, rectify1(total), dims.relu == 1u); }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  let n = i / 16u;
  let m4 = i % 16u;
  if (n >= dims.N || 4u * m4 >= dims.M) { return; }
  var total = vec4f(b[n]);
  let blocks = (dims.K + SUM - 1u) / SUM;
  for (var block = 0u; block < blocks; block++) { total += part[(block * dims.N + n) * 16u + m4]; }
  store(4u * m4, n, total.x);
  store(4u * m4 + 1u, n, total.y);
  store(4u * m4 + 2u, n, total.z);
  store(4u * m4 + 3u, n, total.w);
}
