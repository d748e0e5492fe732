// dw[k,n] = sum over m of x[m,k] * dy[m,n]
//
// Layout   x (M, K), dy (M, N), dw (K, N), row-major; any shape
// Mapping  a workgroup makes a TILE x TILE square of dw, one invocation an element, walking along m in steps of TILE.
//          Both tiles are loaded along their rows, neighbouring invocations reading neighbouring elements
// Reuse    an element of x or dy is loaded once a workgroup and used TILE times from workgroup memory
// Cost     2 flops for 2 / TILE floats loaded: 4 flop/byte at 16, but still 2 reads of workgroup memory for 2 flops
// Before   1_naive and 2_vec4 leave the reuse to caches; here the program holds what a square of outputs needs
// Order    as 1_naive

const TILE = 16u;
const SUM = 256u;                                  // divisible by TILE

struct Dims { M: u32, K: u32, N: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

var<workgroup> xTile: array<array<f32, TILE>, TILE>;    // (m, k)
var<workgroup> dyTile: array<array<f32, TILE>, TILE>;   // (m, n)

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let kLoad = group.x * TILE + local.x;
  let k = group.x * TILE + local.y;
  let n = group.y * TILE + local.x;

  var total = 0.0;
  var sum = 0.0;
  for (var start = 0u; start < dims.M; start += TILE) {
    let m = start + local.y;
    var xHere = 0.0;                               // zeros outside the matrices add nothing
    var dyHere = 0.0;
    if (m < dims.M && kLoad < dims.K) { xHere = x[m * dims.K + kLoad]; }
    if (m < dims.M && n < dims.N) { dyHere = dy[m * dims.N + n]; }
    xTile[local.y][local.x] = xHere;
    dyTile[local.y][local.x] = dyHere;
    workgroupBarrier();
    for (var i = 0u; i < TILE; i++) { sum = fma(xTile[i][local.y], dyTile[i][local.x], sum); }
    workgroupBarrier();
    if ((start + TILE) % SUM == 0u) {
      total += sum;
      sum = 0.0;
    }
  }
  total += sum;
  if (k < dims.K && n < dims.N) { dw[k * dims.N + n] = total; }
}
