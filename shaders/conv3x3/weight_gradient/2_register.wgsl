// dw[r,s,c,k] = sum over n,p,q of x[n, p+r-pad, q+s-pad, c] dy[n,p,q,k]
//
// Layout   x (N, H, W, C), dy (N, P, Q, K), dw (3, 3, C, K), row-major; C and K divisible by 4; P = H + 2 pad - 2, Q
//          = W + 2 pad - 2
// Mapping  one invocation makes 4 c by 4 k of the three taps of one row r; invocations run along k, then c
// Reuse    x of three neighbouring columns stays in registers and moves on by one column with q: 4 numbers of x and 4
//          of dy make 48 products
// Cost     96 flops for 8 floats read: 3 flop/byte
// Before   1_naive reads two numbers for each product
//
// One sum for each row of the picture, then the sum of rows, as in 1_naive.

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dw: array<vec4f>;

fn outer(column: vec4f, row: vec4f) -> mat4x4f {
  return mat4x4f(row * column.x, row * column.y, row * column.z, row * column.w);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K4 = dims.K / 4u;
  let C4 = dims.C / 4u;
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= 3u * C4 * K4) { return; }
  let k = i % K4;
  let c = i / K4 % C4;
  let r = i / (K4 * C4);

  let zero = mat4x4f();
  var m0 = zero; var m1 = zero; var m2 = zero;     // taps s = 0, 1, 2: a column for each c, k along it
  for (var n = 0u; n < dims.N; n++) {
    for (var p = 0u; p < P; p++) {
      let h = p + r - dims.pad;                    // -1 wraps to a large number, so one comparison finds both edges
      if (h >= dims.H) { continue; }
      let row = (n * dims.H + h) * dims.W * C4 + c;
      let rowY = (n * P + p) * Q * K4 + k;
      var s0 = zero; var s1 = zero; var s2 = zero;
      // Columns q-pad, q+1-pad, q+2-pad of x for q = 0. With pad 1 the first lies outside.
      var x0 = select(x[row], vec4f(0.0), dims.pad == 1u);
      var x1 = select(x[row + (1u - dims.pad) * C4], vec4f(0.0), 1u - dims.pad >= dims.W);
      for (var q = 0u; q < Q; q++) {
        let v = q + 2u - dims.pad;
        let x2 = select(x[row + min(v, dims.W - 1u) * C4], vec4f(0.0), v >= dims.W);
        let d = dy[rowY + q * K4];
        s0 += outer(x0, d); s1 += outer(x1, d); s2 += outer(x2, d);
        x0 = x1;
        x1 = x2;
      }
      m0 += s0; m1 += s1; m2 += s2;
    }
  }

  let step = dims.C * K4;
  var out = r * 3u * step + c * 4u * K4 + k;
  dw[out] = m0[0]; dw[out + K4] = m0[1]; dw[out + 2u * K4] = m0[2]; dw[out + 3u * K4] = m0[3];
  out += step;
  dw[out] = m1[0]; dw[out + K4] = m1[1]; dw[out + 2u * K4] = m1[2]; dw[out + 3u * K4] = m1[3];
  out += step;
  dw[out] = m2[0]; dw[out + K4] = m2[1]; dw[out + 2u * K4] = m2[2]; dw[out + 3u * K4] = m2[3];
}
