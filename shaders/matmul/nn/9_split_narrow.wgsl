// part[s,m,n] = sum over the SUM values of k from s * SUM on of x[m,k] * w[k,n]: first of two passes, for few columns
//
// Layout   x (M, K), w (K, N), part (K / SUM rounded up, M, N), row-major; any shape
// Mapping  one invocation makes one element of part; invocations run along its flat index
// Reuse    none by the program; w of few columns stays in the caches
// Cost     2 flops for 2 floats loaded: 0.25 flop/byte where no cache helps
// Before   8_split wants 4 neighbouring columns for each invocation and many of them; a classifier of 2 or 10 classes
//          has neither, and 1_naive walks the whole of k with as few invocations as there are outputs
// Order    the blocks are the sums of 1_naive, so the second pass (8_split_sum) ends at the same bits

const WORKGROUP = 64u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> part: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  let parts = (dims.K + SUM - 1u) / SUM;
  if (i >= parts * dims.M * dims.N) { return; }
  let n = i % dims.N;
  let m = i / dims.N % dims.M;
  let begin = i / (dims.N * dims.M) * SUM;
  let end = min(begin + SUM, dims.K);

  var sum = 0.0;
  for (var k = begin; k < end; k++) { sum = fma(x[m * dims.K + k], w[k * dims.N + n], sum); }
  part[i] = sum;
}
