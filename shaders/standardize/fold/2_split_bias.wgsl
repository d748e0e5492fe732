// b2[n] = b[n] - sum over pieces p of shift[p,n]          (the second half of 2_split_weights)
//
// Layout   b, b2 (N); shift (pieces, N), row-major, a piece for CHUNK rows of w
// Mapping  one invocation makes one element of b2
// Reuse    none: every input is read once
// Cost     1 addition for each float of traffic: 0.25 flop/byte, bandwidth-bound

const WORKGROUP = 64u;
const CHUNK = 128u; // as in 2_split_weights

struct Dims { K: u32, N: u32, seen: u32, epsilon: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> shift: array<f32>;
@group(0) @binding(3) var<storage, read_write> b2: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (n >= dims.N) { return; }
  let pieces = (dims.K + CHUNK - 1u) / CHUNK;
  var sum = 0.0;
  for (var p = 0u; p < pieces; p++) {
    sum += shift[p * dims.N + n];
  }
  b2[n] = b[n] - sum;
}
