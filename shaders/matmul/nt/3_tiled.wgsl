// dx[m,k] = sum over n of dy[m,n] * w[k,n]; with relu 0 where x[m,k] <= 0
//
// Layout   dy (M, N), w (K, N), x and dx (M, K), row-major; any shape
// Mapping  a workgroup makes a TILE x TILE square of dx, one invocation an element, walking along n in steps of TILE.
//          Both tiles are loaded along n, neighbouring invocations reading neighbouring elements
// Reuse    an element of dy or w is loaded once a workgroup and used TILE times from workgroup memory
// Cost     2 flops for 2 / TILE floats loaded: 4 flop/byte at 16
// Before   in 1_naive and 2_vec4 neighbours read elements of w a row apart; here the transposition happens in workgroup
//          memory, whose rows are one longer than the tile so that a column lies in different banks
// Order    as 1_naive

const TILE = 16u;
const SUM = 256u;                                  // divisible by TILE

struct Dims { M: u32, K: u32, N: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

// Where x is what a ReLU made, the gradient is that of what the ReLU took.
fn beforeRelu(g: f32, at: u32) -> f32 {
  if (dims.relu == 0u) { return g; }
  return rectifyGradient1(g, x[at]);
}

var<workgroup> dyTile: array<array<f32, TILE>, TILE>;      // (m, n)
var<workgroup> wTile: array<array<f32, TILE + 1u>, TILE>;  // (k, n)

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let m = group.x * TILE + local.y;
  let kLoad = group.y * TILE + local.y;
  let k = group.y * TILE + local.x;

  var total = 0.0;
  var sum = 0.0;
  for (var start = 0u; start < dims.N; start += TILE) {
    let n = start + local.x;
    var dyHere = 0.0;                              // zeros outside the matrices add nothing
    var wHere = 0.0;
    if (m < dims.M && n < dims.N) { dyHere = dy[m * dims.N + n]; }
    if (kLoad < dims.K && n < dims.N) { wHere = w[kLoad * dims.N + n]; }
    dyTile[local.y][local.x] = dyHere;
    wTile[local.y][local.x] = wHere;
    workgroupBarrier();
    for (var i = 0u; i < TILE; i++) { sum = fma(dyTile[local.y][i], wTile[local.x][i], sum); }
    workgroupBarrier();
    if ((start + TILE) % SUM == 0u) {
      total += sum;
      sum = 0.0;
    }
  }
  total += sum;
  if (m < dims.M && k < dims.K) { dx[m * dims.K + k] = beforeRelu(total, m * dims.K + k); }
}
