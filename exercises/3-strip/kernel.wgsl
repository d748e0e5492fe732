// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu
//
// Layout   x (N, H, W, C), w (3, 3, C, K), b (K), y (N, P, Q, K), row-major; K divisible by 8; P = H + 2 pad - 2, Q =
//          W + 2 pad - 2
// Mapping  one invocation makes 4 neighbouring pixels of a row, 8 channels each; a workgroup makes 64 such tiles of
//          the same 8 channels, tiles running along rows, so all its invocations read the same weights at the same
//          time
// Reuse    6 pixels and 3 taps of 8 weights, held in registers, make 96 products
// Cost     192 flops for 30 floats read: 1.6 flop/byte; the weights are one broadcast for the workgroup
// Before   2_vec4 reads a weight vector for 4 products; here every loaded number serves 4 to 24

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

fn store(at: u32, a: vec4f, e: vec4f) {
  y[at] = select(a, rectify(a), dims.relu == 1u);
  y[at + 1u] = select(e, rectify(e), dims.relu == 1u);
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
  let tiles = (Q + 3u) / 4u;                       // in a row
  let tile = (group.x + group.z * groups.x) * WORKGROUP + local;   // the grid folds into z past 65,535 groups
  if (tile >= dims.N * P * tiles) { return; }
  let k = group.y * 2u;                            // first vec4 of channels
  let q = tile % tiles * 4u;
  let p = tile / tiles % P;
  let n = tile / (tiles * P);

  // Columns q-pad to q+5-pad of x. One that falls outside the picture reads column 0 and counts as 0.
  let v = vec3u(0u, 1u, 2u) + (q - dims.pad);
  let u = v + 3u;
  let inV = v < vec3u(dims.W);
  let inU = u < vec3u(dims.W);
  let atV = select(vec3u(0u), v, inV) * dims.C;
  let atU = select(vec3u(0u), u, inU) * dims.C;
  let tapStep = dims.C * K4;

  var a0 = b[k]; var a1 = a0; var a2 = a0; var a3 = a0;            // channels k to k+3 of the 4 pixels
  var e0 = b[k + 1u]; var e1 = e0; var e2 = e0; var e3 = e0;       // channels k+4 to k+7
  for (var r = 0u; r < 3u; r++) {
    let h = p + r - dims.pad;
    if (h >= dims.H) { continue; }
    let row = (n * dims.H + h) * dims.W * dims.C;
    var tap = r * 3u * tapStep + k;
    for (var c = 0u; c < dims.C; c++) {
      let x0 = select(0.0, x[row + atV.x + c], inV.x);
      let x1 = select(0.0, x[row + atV.y + c], inV.y);
      let x2 = select(0.0, x[row + atV.z + c], inV.z);
      let x3 = select(0.0, x[row + atU.x + c], inU.x);
      let x4 = select(0.0, x[row + atU.y + c], inU.y);
      let x5 = select(0.0, x[row + atU.z + c], inU.z);
      var f = w[tap];
      var g = w[tap + 1u];
      a0 += f * x0; a1 += f * x1; a2 += f * x2; a3 += f * x3;
      e0 += g * x0; e1 += g * x1; e2 += g * x2; e3 += g * x3;
      f = w[tap + tapStep];
      g = w[tap + tapStep + 1u];
      let met = vec4f(x0, x1, x2, x3);             // HOLE: which pixels do the strip's four outputs meet under the middle tap?
      a0 += f * met.x; a1 += f * met.y; a2 += f * met.z; a3 += f * met.w;
      e0 += g * met.x; e1 += g * met.y; e2 += g * met.z; e3 += g * met.w;
      f = w[tap + 2u * tapStep];
      g = w[tap + 2u * tapStep + 1u];
      a0 += f * x2; a1 += f * x3; a2 += f * x4; a3 += f * x5;
      e0 += g * x2; e1 += g * x3; e2 += g * x4; e3 += g * x5;
      tap += K4;
    }
  }

  let out = ((n * P + p) * Q + q) * K4 + k;
  store(out, a0, e0);
  if (q + 1u < Q) { store(out + K4, a1, e1); }
  if (q + 2u < Q) { store(out + 2u * K4, a2, e2); }
  if (q + 3u < Q) { store(out + 3u * K4, a3, e3); }
}
