// partial[strip][r,s,c,k] = sum over the pixels (n,p,q) of a strip of x[n, p+r-pad, q+s-pad, c] dy[n,p,q,k], a strip
// being some consecutive rows (n,p)
//
// Layout   x (N, H, W, C), dy (N, P, Q, K), partial (strips, 3, 3, C, K), row-major; K divisible by 4, any C;
//          P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  one invocation makes the 9 taps of one c and 4 neighbouring k over one strip; invocations run along k, then
//          c, then strips
// Reuse    6 vectors of dy and 8 columns of 3 rows of x, held in registers, make 216 products
// Cost     432 flops for 48 floats read: 2.3 flop/byte
// Before   1_naive leaves a sum over all pixels to one invocation, 2_register to fewer still; here as many work side by
//          side as there are strips, and 6_strips_sum adds what they leave. Few channels do not matter
//
// One sum for each row, then the sum of the strip's rows.

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partial: array<vec4f>;

// Channel c of column v of the row of x that begins at pixel `row`; 0 outside the picture.
fn column(row: u32, exists: bool, v: u32, c: u32) -> f32 {
  let inside = exists && v < dims.W;
  return select(0.0, x[select(0u, (row + v) * dims.C, inside) + c], inside);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K4 = dims.K / 4u;
  let rows = rowsOfStrip(dims.N * P, Q, 9u * dims.C * dims.K);
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  let strip = i / (K4 * dims.C);
  let first = strip * rows;
  if (first >= dims.N * P) { return; }
  let k = i % K4;
  let c = i / K4 % dims.C;

  var total: array<vec4f, 9>;
  let end = min(first + rows, dims.N * P);
  for (var row = first; row < end; row++) {
    let n = row / P;
    let p = row % P;
    var m = array<vec4f, 9>();                     // without the value, Dawn sets it to 0 before the first row only
    for (var q = 0u; q < Q; q += 6u) {
      let y = sixOfDy((row * Q + q) * K4 + k, K4, Q - q);
      for (var r = 0u; r < 3u; r++) {
        let h = p + r - dims.pad;                  // -1 wraps to a large number, so one comparison finds both edges
        let exists = h < dims.H;
        let at = (n * dims.H + h) * dims.W;
        let v = q - dims.pad;
        let x0 = column(at, exists, v, c); let x1 = column(at, exists, v + 1u, c);
        let x2 = column(at, exists, v + 2u, c); let x3 = column(at, exists, v + 3u, c);
        let x4 = column(at, exists, v + 4u, c); let x5 = column(at, exists, v + 5u, c);
        let x6 = column(at, exists, v + 6u, c); let x7 = column(at, exists, v + 7u, c);
        m[3u * r] = addSix(m[3u * r], y, x0, x1, x2, x3, x4, x5);
        m[3u * r + 1u] = addSix(m[3u * r + 1u], y, x1, x2, x3, x4, x5, x6);
        m[3u * r + 2u] = addSix(m[3u * r + 2u], y, x2, x3, x4, x5, x6, x7);
      }
    }
    for (var tap = 0u; tap < 9u; tap++) { total[tap] += m[tap]; }
  }

  for (var tap = 0u; tap < 9u; tap++) {
    partial[((strip * 9u + tap) * dims.C + c) * K4 + k] = total[tap];
  }
}
