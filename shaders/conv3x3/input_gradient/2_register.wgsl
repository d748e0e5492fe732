// dx[n,h,v,c] = sum over r,s in {0,1,2}, k of dy[n, h+pad-r, v+pad-s, k] w[r,s,c,k]; with relu 0 where x[n,h,v,c] <= 0
//
// Layout   dy (N, P, Q, K), w (3, 3, C, K), x and dx (N, H, W, C), row-major; C and K divisible by 4; P = H + 2 pad - 2,
//          Q = W + 2 pad - 2
// Mapping  one invocation makes 4 neighbouring pixels of a row, 4 channels each; a workgroup makes 64 such tiles of
//          the same 4 channels, tiles running along rows, so all its invocations read the same weights at the same
//          time
// Reuse    6 pixels of 4 numbers and 3 taps of 16 weights, held in registers, make 192 products
// Cost     384 flops for 72 floats read: 1.3 flop/byte; the weights are one broadcast for the workgroup
// Before   1_naive reads two numbers for each product

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> x: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4f>;

// Where x is what a ReLU made, the gradient is that of what the ReLU took.
fn beforeRelu(g: vec4f, at: u32) -> vec4f {
  if (dims.relu == 0u) { return g; }
  return rectifyGradient(g, x[at]);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(num_workgroups) groups: vec3u,
) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K4 = dims.K / 4u;
  let C4 = dims.C / 4u;
  let tiles = (dims.W + 3u) / 4u;                  // in a row
  let tile = (group.x + group.z * groups.x) * WORKGROUP + local;   // the grid folds into z past 65,535 groups
  if (tile >= dims.N * dims.H * tiles) { return; }
  let c = group.y;                                 // which vec4 of channels
  let v = tile % tiles * 4u;
  let h = tile / tiles % dims.H;
  let n = tile / (tiles * dims.H);

  // Columns v+pad-2 to v+pad+3 of dy. One that falls outside reads column 0 and counts as 0.
  let q = vec3u(0u, 1u, 2u) + (v + dims.pad - 2u);
  let u = q + 3u;
  let inQ = q < vec3u(Q);
  let inU = u < vec3u(Q);
  let atQ = select(vec3u(0u), q, inQ) * K4;
  let atU = select(vec3u(0u), u, inU) * K4;
  let tapStep = dims.C * K4;
  let zero = vec4f(0.0);

  var a0 = zero; var a1 = zero; var a2 = zero; var a3 = zero;
  for (var r = 0u; r < 3u; r++) {
    let p = h + dims.pad - r;
    if (p >= P) { continue; }
    let row = (n * P + p) * Q * K4;
    var tap = r * 3u * tapStep + c * 4u * K4;
    for (var k = 0u; k < K4; k++) {
      let d0 = select(zero, dy[row + atQ.x + k], inQ.x);
      let d1 = select(zero, dy[row + atQ.y + k], inQ.y);
      let d2 = select(zero, dy[row + atQ.z + k], inQ.z);
      let d3 = select(zero, dy[row + atU.x + k], inU.x);
      let d4 = select(zero, dy[row + atU.y + k], inU.y);
      let d5 = select(zero, dy[row + atU.z + k], inU.z);
      // A column of m holds 4 k of one c, so vector times matrix sums over k.
      var m = mat4x4f(w[tap], w[tap + K4], w[tap + 2u * K4], w[tap + 3u * K4]);
      a0 += d2 * m; a1 += d3 * m; a2 += d4 * m; a3 += d5 * m;
      var t = tap + tapStep;
      m = mat4x4f(w[t], w[t + K4], w[t + 2u * K4], w[t + 3u * K4]);
      a0 += d1 * m; a1 += d2 * m; a2 += d3 * m; a3 += d4 * m;
      t += tapStep;
      m = mat4x4f(w[t], w[t + K4], w[t + 2u * K4], w[t + 3u * K4]);
      a0 += d0 * m; a1 += d1 * m; a2 += d2 * m; a3 += d3 * m;
      tap += 1u;
    }
  }

  let out = ((n * dims.H + h) * dims.W + v) * C4 + c;
  dx[out] = beforeRelu(a0, out);
  if (v + 1u < dims.W) { dx[out + C4] = beforeRelu(a1, out + C4); }
  if (v + 2u < dims.W) { dx[out + 2u * C4] = beforeRelu(a2, out + 2u * C4); }
  if (v + 3u < dims.W) { dx[out + 3u * C4] = beforeRelu(a3, out + 3u * C4); }
}
