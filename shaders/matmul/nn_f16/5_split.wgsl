enable f16;

// part[s,m,n] = sum over the SUM values of k from s * SUM on of x[m,k] * w[k,n]: first of two passes
//
// Layout   x (M, K), w (K, N) of halves, part (K / SUM rounded up, M, N) of floats; row-major; M at most ROWS, N divisible by 4
// Mapping  one invocation makes 4 neighbouring columns of all rows, for one block of k; a workgroup is a line along the
//          columns, the grid's y runs along the blocks
// Reuse    a w is loaded once and used for every row; an x is one load for the whole workgroup
// Cost     2 * M flops for each half of w: bandwidth-bound, and w is read once
// Before   4_tiled_registers fills its tile with zeros where rows are few, and has a workgroup for 64 columns. Here every
//          block of k brings as many invocations again, enough to keep a GPU's memory busy
// Order    the blocks are the sums of 1_naive, so the second pass ends at the same bits

const WORKGROUP = 64u;
const ROWS = 8u;
const SUM = 256u;

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f16>;
@group(0) @binding(2) var<storage, read> w: array<vec4<f16>>;
@group(0) @binding(3) var<storage, read_write> part: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let N4 = dims.N / 4u;
  let n4 = group.x * WORKGROUP + local;
  if (n4 >= N4) { return; }
  let begin = group.y * SUM;
  let end = min(begin + SUM, dims.K);

  var sum: array<vec4f, ROWS>;
  for (var k = begin; k < end; k++) {
    let wk = vec4f(w[k * N4 + n4]);
    for (var m = 0u; m < ROWS; m++) {              // rows past the last one repeat it and are not stored
      sum[m] = fma(vec4f(f32(x[min(m, dims.M - 1u) * dims.K + k])), wk, sum[m]);
    }
  }
  for (var m = 0u; m < ROWS; m++) {
    if (m < dims.M) { part[(group.y * dims.M + m) * N4 + n4] = sum[m]; }
  }
}
