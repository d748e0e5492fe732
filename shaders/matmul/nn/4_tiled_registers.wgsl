// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N), b (N), y (M, N), row-major; K and N divisible by 4
// Mapping  a workgroup of 16 x 16 invocations makes a BM x BN tile of y, an invocation TM rows of 4 neighbouring
//          columns of it, in registers. The workgroup walks along k in steps of BK, with both tiles in workgroup memory
// Reuse    an element of x is loaded once for BN columns, one of w once for BM rows; from workgroup memory an x serves
//          4 products and a w TM
// Cost     2 * BM * BN flops for BM + BN floats loaded a step of k: 21 flop/byte at 128 x 64; 128 products for
//          12 reads of 16 bytes from workgroup memory
// Before   3_tiled reads workgroup memory twice for every product; here 12 wide reads feed 128 products
// Order    as 1_naive

const BM = 128u;                                   // 16 * TM, to be set together with it
const BN = 64u;                                    // 16 * 4
const BK = 16u;
const TM = 8u;
const SUM = 256u;                                  // divisible by BK
const STRIDE = 5u;                                 // of xTile's rows: BK / 4, and one more against bank conflicts

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

var<workgroup> xTile: array<vec4f, BM * STRIDE>;       // (m, k / 4)
var<workgroup> wTile: array<vec4f, BK * BN / 4u>;      // (k, n / 4)

@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let K4 = dims.K / 4u;
  let N4 = dims.N / 4u;
  let m = group.x * BM;
  let n4 = group.y * (BN / 4u);

  var total: array<vec4f, TM>;
  var sum: array<vec4f, TM>;
  for (var k = 0u; k < dims.K; k += BK) {
    for (var i = index; i < BM * BK / 4u; i += 256u) {
      let row = i / (BK / 4u);
      let column = i % (BK / 4u);
      let inside = m + row < dims.M && k / 4u + column < K4;
      xTile[row * STRIDE + column] = select(vec4f(0.0), x[min(m + row, dims.M - 1u) * K4 + min(k / 4u + column, K4 - 1u)], inside);
    }
    for (var i = index; i < BK * BN / 4u; i += 256u) {
      let row = i / (BN / 4u);
      let column = i % (BN / 4u);
      let inside = k + row < dims.K && n4 + column < N4;
      wTile[i] = select(vec4f(0.0), w[min(k + row, dims.K - 1u) * N4 + min(n4 + column, N4 - 1u)], inside);
    }
    workgroupBarrier();

    for (var i = 0u; i < BK / 4u; i++) {
      let w0 = wTile[(4u * i) * (BN / 4u) + local.x];
      let w1 = wTile[(4u * i + 1u) * (BN / 4u) + local.x];
      let w2 = wTile[(4u * i + 2u) * (BN / 4u) + local.x];
      let w3 = wTile[(4u * i + 3u) * (BN / 4u) + local.x];
      for (var r = 0u; r < TM; r++) {
        let xs = xTile[(local.y * TM + r) * STRIDE + i];
        sum[r] = fma(vec4f(xs.w), w3, fma(vec4f(xs.z), w2, fma(vec4f(xs.y), w1, fma(vec4f(xs.x), w0, sum[r]))));
      }
    }
    workgroupBarrier();

    if ((k + BK) % SUM == 0u || k + BK >= dims.K) {
      for (var r = 0u; r < TM; r++) {
        if (k < SUM) { total[r] = b[min(n4 + local.x, N4 - 1u)]; }
        total[r] += sum[r];
        sum[r] = vec4f(0.0);
      }
    }
  }

  if (n4 + local.x >= N4) { return; }
  for (var r = 0u; r < TM; r++) {
    let row = m + local.y * TM + r;
    if (row < dims.M) { y[row * N4 + n4 + local.x] = select(total[r], rectify(total[r]), dims.relu == 1u); }
  }
}
