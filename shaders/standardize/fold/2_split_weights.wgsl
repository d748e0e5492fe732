// w2, b2 such that x w2 + b2 = ((x - mean) / s) w + b,   s[k] = max(sqrt(m2[k] / seen), epsilon):
//   w2[k,n] = w[k,n] / s[k],   b2[n] = b[n] - sum over k of mean[k] w2[k,n]
//
// Layout   w, w2 (K, N), row-major; mean, m2 (K); shift (pieces, N), the sum over each piece of CHUNK rows
// Mapping  one invocation makes one column of one piece of w2 and its sum; 2_split_bias adds the pieces
// Reuse    mean and m2 by all columns, from cache
// Cost     6 operations and 2 floats of traffic for each element of w: 0.75 flop/byte, bandwidth-bound
// Before   1_naive has one invocation a column and runs through all of K; here pieces of K are worked on side by side

const WORKGROUP = 64u;
const CHUNK = 128u;

struct Dims { K: u32, N: u32, seen: u32, epsilon: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> m2: array<f32>;
@group(0) @binding(4) var<storage, read_write> w2: array<f32>;
@group(0) @binding(5) var<storage, read_write> shift: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  let pieces = (dims.K + CHUNK - 1u) / CHUNK;
  if (i >= pieces * dims.N) { return; }

  let n = i % dims.N;
  let first = i / dims.N * CHUNK;
  let end = min(first + CHUNK, dims.K);
  var sum = 0.0;
  for (var k = first; k < end; k++) {
    let scaled = w[k * dims.N + n] / max(sqrt(m2[k] / f32(dims.seen)), dims.epsilon);
    w2[k * dims.N + n] = scaled;
    sum += mean[k] * scaled;
  }
  shift[i] = sum;
}
