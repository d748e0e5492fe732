// dw[k,n] = sum over m of x[m,k] * dy[m,n]
//
// Layout   x (M, K), dy (M, N), dw (K, N), row-major; K and N divisible by 4
// Mapping  a workgroup of 16 x 16 invocations makes a BK x BN tile of dw, an invocation 8 rows (k) of 4 neighbouring
//          columns of it, in registers. The workgroup walks along m in steps of BM, with both tiles in workgroup memory
// Reuse    an element of x is loaded once for BN columns, one of dy once for BK rows; from workgroup memory an x serves
//          4 products and a dy 8
// Cost     2 * BK * BN flops for BK + BN floats loaded a step of m: 21 flop/byte at 128 x 64; 32 products for 3 reads
//          of 16 bytes from workgroup memory
// Before   3_tiled reads workgroup memory twice for every product; here 3 wide reads feed 32
// Order    as 1_naive

const BK = 128u;                                   // 16 * 8
const BN = 64u;                                    // 16 * 4
const BM = 16u;
const SUM = 256u;                                  // divisible by BM

struct Dims { M: u32, K: u32, N: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dw: array<vec4f>;

var<workgroup> xTile: array<vec4f, BM * BK / 4u>;      // (m, k / 4)
var<workgroup> dyTile: array<vec4f, BM * BN / 4u>;     // (m, n / 4)

@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let K4 = dims.K / 4u;
  let N4 = dims.N / 4u;
  let k4 = group.x * (BK / 4u);
  let n4 = group.y * (BN / 4u);

  var total: array<vec4f, 8>;
  var sum: array<vec4f, 8>;
  for (var start = 0u; start < dims.M; start += BM) {
    for (var i = index; i < BM * BK / 4u; i += 256u) {
      let m = start + i / (BK / 4u);
      let column = k4 + i % (BK / 4u);
      xTile[i] = select(vec4f(0.0), x[min(m, dims.M - 1u) * K4 + min(column, K4 - 1u)], m < dims.M && column < K4);
    }
    for (var i = index; i < BM * BN / 4u; i += 256u) {
      let m = start + i / (BN / 4u);
      let column = n4 + i % (BN / 4u);
      dyTile[i] = select(vec4f(0.0), dy[min(m, dims.M - 1u) * N4 + min(column, N4 - 1u)], m < dims.M && column < N4);
    }
    workgroupBarrier();

    for (var m = 0u; m < BM; m++) {
      let g = dyTile[m * (BN / 4u) + local.x];
      let low = xTile[m * (BK / 4u) + 2u * local.y];
      let high = xTile[m * (BK / 4u) + 2u * local.y + 1u];
      sum[0] = fma(vec4f(low.x), g, sum[0]);
      sum[1] = fma(vec4f(low.y), g, sum[1]);
      sum[2] = fma(vec4f(low.z), g, sum[2]);
      sum[3] = fma(vec4f(low.w), g, sum[3]);
      sum[4] = fma(vec4f(high.x), g, sum[4]);
      sum[5] = fma(vec4f(high.y), g, sum[5]);
      sum[6] = fma(vec4f(high.z), g, sum[6]);
      sum[7] = fma(vec4f(high.w), g, sum[7]);
    }
    workgroupBarrier();

    if ((start + BM) % SUM == 0u || start + BM >= dims.M) {
      for (var r = 0u; r < 8u; r++) {
        total[r] += sum[r];
        sum[r] = vec4f(0.0);
      }
    }
  }

  if (n4 + local.x >= N4) { return; }
  for (var r = 0u; r < 8u; r++) {
    let k = 4u * k4 + 8u * local.y + r;
    if (k < dims.K) { dw[k * N4 + n4 + local.x] = total[r]; }
  }
}
