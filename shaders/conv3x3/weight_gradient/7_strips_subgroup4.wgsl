enable subgroups;

// partial[strip][r,s,c,k] = sum over the pixels (n,p,q) of a strip of x[n, p+r-pad, q+s-pad, c] dy[n,p,q,k], a strip
// being some consecutive rows (n,p)
//
// Layout   x (N, H, W, C), dy (N, P, Q, K), partial (strips, 3, 3, C, K), row-major; K divisible by 4, any C;
//          P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  one invocation makes the 9 taps of one c and 4 neighbouring k over one strip; a workgroup makes 8 (or 4)
//          such of the same c and strip, so its invocations need the same x
// Reuse    every 4 neighbours of a subgroup read 8 columns of x, two each, and hand them round; with 6 vectors of dy
//          they make 216 products
// Cost     432 flops for 30 floats read: 3.6 flop/byte
// Before   6_strips has every invocation read all of x itself, 24 numbers where this one reads 6
//
// One sum for each row, then the sum of the strip's rows. Expects subgroups whose first 4 invocations take part, all of
// one workgroup.

const WORKGROUP = 8u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partial: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let P = dims.H + 2u * dims.pad - 2u;
  let Q = dims.W + 2u * dims.pad - 2u;
  let K4 = dims.K / 4u;
  let rows = rowsOfStrip(dims.N * P, Q, 9u * dims.C * dims.K);
  let strip = group.x + group.z * groups.x;        // the grid folds into z past 65,535 groups
  let first = strip * rows;
  let c = group.y % dims.C;
  let k = group.y / dims.C * WORKGROUP + local;
  let own = min(k, K4 - 1u);                       // past the last k, the last one, whose sums are not stored

  var total: array<vec4f, 9>;
  let end = min(first + rows, dims.N * P);
  for (var row = first; row < end; row++) {
    let n = row / P;
    let p = row % P;
    var m = array<vec4f, 9>();                     // without the value, Dawn sets it to 0 before the first row only
    for (var q = 0u; q < Q; q += 6u) {
      let y = sixOfDy((row * Q + q) * K4 + own, K4, Q - q);
      let v = vec2u(0u, 4u) + (q + lane % 4u - dims.pad);
      for (var r = 0u; r < 3u; r++) {
        let h = p + r - dims.pad;                  // -1 wraps to a large number, so one comparison finds both edges
        let inside = vec2<bool>(h < dims.H) & (v < vec2u(dims.W));
        let at = select(vec2u(0u), ((n * dims.H + h) * dims.W + v) * dims.C, inside) + c;
        let near = select(0.0, x[at.x], inside.x);
        let far = select(0.0, x[at.y], inside.y);
        let x0 = subgroupBroadcast(near, 0u); let x1 = subgroupBroadcast(near, 1u);
        let x2 = subgroupBroadcast(near, 2u); let x3 = subgroupBroadcast(near, 3u);
        let x4 = subgroupBroadcast(far, 0u); let x5 = subgroupBroadcast(far, 1u);
        let x6 = subgroupBroadcast(far, 2u); let x7 = subgroupBroadcast(far, 3u);
        m[3u * r] = addSix(m[3u * r], y, x0, x1, x2, x3, x4, x5);
        m[3u * r + 1u] = addSix(m[3u * r + 1u], y, x1, x2, x3, x4, x5, x6);
        m[3u * r + 2u] = addSix(m[3u * r + 2u], y, x2, x3, x4, x5, x6, x7);
      }
    }
    for (var tap = 0u; tap < 9u; tap++) { total[tap] += m[tap]; }
  }

  if (k >= K4 || first >= dims.N * P) { return; }
  for (var tap = 0u; tap < 9u; tap++) {
    partial[((strip * 9u + tap) * dims.C + c) * K4 + k] = total[tap];
  }
}
