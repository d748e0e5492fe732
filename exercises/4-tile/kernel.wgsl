// y[m,n] = b[n] + sum over k of x[m,k] * w[k,n], and max(y, 0) where relu is 1
//
// Layout   x (M, K), w (K, N), b (N), y (M, N), row-major; any shape
// Mapping  a workgroup makes a TILE x TILE square of y, one invocation an element. It walks along k in steps of TILE:
//          each invocation brings one element of x and one of w to workgroup memory, then all of them multiply
// Reuse    an element of x or w is loaded once a workgroup and used TILE times from workgroup memory
// Cost     2 flops for 2 / TILE floats loaded: 4 flop/byte at 16, but still 2 reads of workgroup memory for 2 flops
// Before   1_naive and 2_vec4 leave the reuse to caches; here the program holds what a square of outputs needs
// Order    as 1_naive

const TILE = 16u;
const SUM = 256u;                                  // divisible by TILE

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

var<workgroup> xTile: array<array<f32, TILE>, TILE>;   // (m, k)
var<workgroup> wTile: array<array<f32, TILE>, TILE>;   // (k, n)

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let m = group.x * TILE + local.y;
  let n = group.y * TILE + local.x;

  var total = 0.0;
  if (n < dims.N) { total = b[n]; }
  var sum = 0.0;
  for (var k = 0u; k < dims.K; k += TILE) {
    let kx = k + local.x;
    let kw = k + local.x;                          // HOLE: which row of w does this invocation bring?
    var xHere = 0.0;                               // zeros outside the matrices add nothing
    var wHere = 0.0;
    if (m < dims.M && kx < dims.K) { xHere = x[m * dims.K + kx]; }
    if (kw < dims.K && n < dims.N) { wHere = w[kw * dims.N + n]; }
    xTile[local.y][local.x] = xHere;
    wTile[local.y][local.x] = wHere;
    workgroupBarrier();
    for (var i = 0u; i < TILE; i++) { sum = fma(xTile[local.y][i], wTile[i][local.x], sum); }
    workgroupBarrier();
    if ((k + TILE) % SUM == 0u) {
      total += sum;
      sum = 0.0;
    }
  }
  total += sum;
  if (m < dims.M && n < dims.N) { y[m * dims.N + n] = select(total, rectify1(total), dims.relu == 1u); }
}
