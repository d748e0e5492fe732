// dx[m,k] = sum over n of dy[m,n] * w[k,n]; with relu 0 where x[m,k] <= 0
//
// Layout   dy (M, N), w (K, N), x and dx (M, K), row-major; N divisible by 4
// Mapping  a workgroup of 16 x 16 invocations makes a BM x BK tile of dx, an invocation TM rows of 4 columns of it that
//          lie 16 apart, in registers. The workgroup walks along n in steps of BN, with both tiles in workgroup memory
// Reuse    an element of dy is loaded once for BK columns, one of w once for BM rows; from workgroup memory a dy serves
//          4 products and a w TM
// Cost     2 * BM * BK flops for BM + BK floats loaded a step of n: 21 flop/byte at 128 x 64; 128 products for
//          12 reads of 16 bytes from workgroup memory
// Before   3_tiled reads workgroup memory twice for every product; here 12 wide reads feed 128 products. w is
//          transposed in registers: 4 rows of 4 become 4 columns
// Order    as 1_naive

const BM = 128u;                                   // 16 * TM, to be set together with it
const BK = 64u;                                    // 16 * 4
const BN = 16u;
const TM = 8u;
const SUM = 256u;                                  // divisible by BN
const STRIDE = 5u;                                 // of the tiles' rows: BN / 4, and one more against bank conflicts

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

// Where x is what a ReLU made, the gradient is that of what the ReLU took.
fn beforeRelu(g: f32, at: u32) -> f32 {
  if (dims.relu == 0u) { return g; }
  return rectifyGradient1(g, x[at]);
}

var<workgroup> dyTile: array<vec4f, BM * STRIDE>;      // (m, n / 4)
var<workgroup> wTile: array<vec4f, BK * STRIDE>;       // (k, n / 4)

@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let N4 = dims.N / 4u;
  let m = group.x * BM;
  let k = group.y * BK;

  var total: array<vec4f, TM>;
  var sum: array<vec4f, TM>;
  for (var n = 0u; n < dims.N; n += BN) {
    for (var i = index; i < BM * BN / 4u; i += 256u) {
      let row = i / (BN / 4u);
      let column = i % (BN / 4u);
      let inside = m + row < dims.M && n / 4u + column < N4;
      dyTile[row * STRIDE + column] = select(vec4f(0.0), dy[min(m + row, dims.M - 1u) * N4 + min(n / 4u + column, N4 - 1u)], inside);
    }
    for (var i = index; i < BK * BN / 4u; i += 256u) {
      let row = i / (BN / 4u);
      let column = i % (BN / 4u);
      let inside = k + row < dims.K && n / 4u + column < N4;
      wTile[row * STRIDE + column] = select(vec4f(0.0), w[min(k + row, dims.K - 1u) * N4 + min(n / 4u + column, N4 - 1u)], inside);
    }
    workgroupBarrier();

    for (var i = 0u; i < BN / 4u; i++) {
      let a = wTile[local.x * STRIDE + i];
      let b = wTile[(local.x + 16u) * STRIDE + i];
      let c = wTile[(local.x + 32u) * STRIDE + i];
      let d = wTile[(local.x + 48u) * STRIDE + i];
      let w0 = vec4f(a.x, b.x, c.x, d.x);
      let w1 = vec4f(a.y, b.y, c.y, d.y);
      let w2 = vec4f(a.z, b.z, c.z, d.z);
      let w3 = vec4f(a.w, b.w, c.w, d.w);
      for (var r = 0u; r < TM; r++) {
        let g = dyTile[(local.y * TM + r) * STRIDE + i];
        sum[r] = fma(vec4f(g.w), w3, fma(vec4f(g.z), w2, fma(vec4f(g.y), w1, fma(vec4f(g.x), w0, sum[r]))));
      }
    }
    workgroupBarrier();

    if ((n + BN) % SUM == 0u || n + BN >= dims.N) {
      for (var r = 0u; r < TM; r++) {
        total[r] += sum[r];
        sum[r] = vec4f(0.0);
      }
    }
  }

  for (var r = 0u; r < TM; r++) {
    let row = m + local.y * TM + r;
    for (var c = 0u; c < 4u; c++) {
      let column = k + local.x + 16u * c;
      let i = row * dims.K + column;
      if (row < dims.M && column < dims.K) { dx[i] = beforeRelu(total[r][c], i); }
    }
  }
}
