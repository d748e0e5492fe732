enable f16;

// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu
//
// Layout   x (N, H, W, C), w (3, 3, C, K), y (N, P, Q, K) of halves, b (K) of floats; row-major; C divisible by 4, K by 8;
//          P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  one invocation makes 4 neighbouring pixels of a row, 8 channels each; a workgroup makes 64 such tiles of
//          the same 8 channels, tiles running along rows, so all its invocations read the same weights at the same
//          time
// Reuse    6 pixels of 4 channels stay in registers as floats for 3 taps of 8 weights each: 384 products
// Cost     768 flops for 120 halves read, in 30 loads: 3.2 flop/byte
// Before   2_register loads one channel of a pixel at a time; here 4 come in one 8-byte load

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4<f16>>;
@group(0) @binding(2) var<storage, read> w: array<vec4<f16>>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec2u>;

fn store(at: u32, a: vec4f, e: vec4f) {
  let u = select(a, vec4f(0.0), vec4<bool>(dims.relu == 1u) & (a < vec4f(0.0)));
  let v = select(e, vec4f(0.0), vec4<bool>(dims.relu == 1u) & (e < vec4f(0.0)));
  y[at] = vec2u(toHalves(u.xy), toHalves(u.zw));
  y[at + 1u] = vec2u(toHalves(v.xy), toHalves(v.zw));
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
  let atV = select(vec3u(0u), v, inV) * C4;
  let atU = select(vec3u(0u), u, inU) * C4;
  let tapStep = dims.C * K4;

  var a0 = b[k]; var a1 = a0; var a2 = a0; var a3 = a0;            // channels k to k+3 of the 4 pixels
  var e0 = b[k + 1u]; var e1 = e0; var e2 = e0; var e3 = e0;       // channels k+4 to k+7
  for (var r = 0u; r < 3u; r++) {
    let h = p + r - dims.pad;
    if (h >= dims.H) { continue; }
    let row = (n * dims.H + h) * dims.W * C4;
    var tap = r * 3u * tapStep + k;
    for (var c = 0u; c < C4; c++) {
      let x0 = select(vec4f(0.0), vec4f(x[row + atV.x + c]), inV.x);
      let x1 = select(vec4f(0.0), vec4f(x[row + atV.y + c]), inV.y);
      let x2 = select(vec4f(0.0), vec4f(x[row + atV.z + c]), inV.z);
      let x3 = select(vec4f(0.0), vec4f(x[row + atU.x + c]), inU.x);
      let x4 = select(vec4f(0.0), vec4f(x[row + atU.y + c]), inU.y);
      let x5 = select(vec4f(0.0), vec4f(x[row + atU.z + c]), inU.z);
      for (var i = 0u; i < 4u; i++) {              // channel 4 c + i
        var f = vec4f(w[tap]);
        var g = vec4f(w[tap + 1u]);
        a0 += f * x0[i]; a1 += f * x1[i]; a2 += f * x2[i]; a3 += f * x3[i];
        e0 += g * x0[i]; e1 += g * x1[i]; e2 += g * x2[i]; e3 += g * x3[i];
        f = vec4f(w[tap + tapStep]);
        g = vec4f(w[tap + tapStep + 1u]);
        a0 += f * x1[i]; a1 += f * x2[i]; a2 += f * x3[i]; a3 += f * x4[i];
        e0 += g * x1[i]; e1 += g * x2[i]; e2 += g * x3[i]; e3 += g * x4[i];
        f = vec4f(w[tap + 2u * tapStep]);
        g = vec4f(w[tap + 2u * tapStep + 1u]);
        a0 += f * x2[i]; a1 += f * x3[i]; a2 += f * x4[i]; a3 += f * x5[i];
        e0 += g * x2[i]; e1 += g * x3[i]; e2 += g * x4[i]; e3 += g * x5[i];
        tap += K4;
      }
    }
  }

  let out = ((n * P + p) * Q + q) * K4 + k;
  store(out, a0, e0);
  if (q + 1u < Q) { store(out + K4, a1, e1); }
  if (q + 2u < Q) { store(out + 2u * K4, a2, e2); }
  if (q + 3u < Q) { store(out + 3u * K4, a3, e3); }
}
