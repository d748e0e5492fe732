enable f16;

// y[n,p,q,k] = b[k] + sum over r,s in {0,1,2}, c of x[n, p+r-pad, q+s-pad, c] w[r,s,c,k], then max(y, 0) if relu
//
// Layout   x (N, H, W, C), w (3, 3, C, K), y (N, P, Q, K) of halves, b (K) of floats; row-major; C, K divisible by 4;
//          P = H + 2 pad - 2, Q = W + 2 pad - 2
// Mapping  the sum is a matrix product: rows are pixels of y, columns are k, and the inner dimension runs over 9 taps
//          and C. A workgroup makes 128 rows by 64 columns; its invocation (i, j) of 16 x 16 makes rows 8j to 8j+7,
//          columns 4i to 4i+3. No patch matrix is stored
// Reuse    128 x 16 halves of x and 16 x 64 of w lie in workgroup memory while all 256 invocations use them: x 64
//          times, w 128 times; from there 8 vectors of x and 4 of w make 128 products, summed as floats
// Cost     262,144 flops for 3,072 halves read: 43 flop/byte
// Before   2_register shares weights by reading the same address at the same time; here they and the pixels are
//          read once for a workgroup

const ROWS = 128u;
const COLUMNS = 16u;                               // vec4 of k
const DEPTH = 4u;                                  // vec4 of c
const WORKGROUP = 256u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4<f16>>;
@group(0) @binding(2) var<storage, read> w: array<vec4<f16>>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec2u>;

var<workgroup> tileX: array<vec4<f16>, 512>;       // (ROWS, DEPTH)
var<workgroup> tileW: array<vec4<f16>, 256>;       // (4 DEPTH, COLUMNS)

struct Pixel { n: u32, p: u32, q: u32, exists: bool }

fn pixelOf(row: u32, P: u32, Q: u32) -> Pixel {
  return Pixel(row / (P * Q), row / Q % P, row % Q, row < dims.N * P * Q);
}

// Four channels of the pixel of x that tap (r, s) of this pixel of y reads; 0 outside the picture.
fn loadX(pixel: Pixel, r: u32, s: u32, c: u32) -> vec4<f16> {
  let C4 = dims.C / 4u;
  let h = pixel.p + r - dims.pad;                  // -1 wraps to a large number, so one comparison finds both edges
  let v = pixel.q + s - dims.pad;
  let inside = pixel.exists && h < dims.H && v < dims.W && c < C4;
  return select(vec4<f16>(0.0h), x[select(0u, ((pixel.n * dims.H + h) * dims.W + v) * C4 + c, inside)], inside);
}

fn store(row: u32, rows: u32, k: u32, sum: vec4f) {
  if (row >= rows || k >= dims.K / 4u) { return; }
  let v = sum + b[k];
  let u = select(v, rectify(v), dims.relu == 1u);
  y[row * (dims.K / 4u) + k] = vec2u(toHalves(u.xy), toHalves(u.zw));
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
  let first = (group.x + group.z * groups.x) * ROWS;      // the grid folds into z past 65,535 groups
  let k = group.y * COLUMNS + local % COLUMNS;
  let own = local / COLUMNS * 8u;                  // first of this invocation's rows in the tile

  // What this invocation brings: vec4 `depth` of pixel `local / DEPTH` and of the one 64 further, row `local / COLUMNS`
  // of w.
  let depth = local % DEPTH;
  let near = pixelOf(first + local / DEPTH, P, Q);
  let far = pixelOf(first + local / DEPTH + 64u, P, Q);
  let rowW = local / COLUMNS;

  var m0 = vec4f(); var m1 = vec4f(); var m2 = vec4f(); var m3 = vec4f();
  var m4 = vec4f(); var m5 = vec4f(); var m6 = vec4f(); var m7 = vec4f();
  for (var tap = 0u; tap < 9u; tap++) {
    for (var c = 0u; c < C4; c += DEPTH) {
      tileX[local] = loadX(near, tap / 3u, tap % 3u, c + depth);
      tileX[local + WORKGROUP] = loadX(far, tap / 3u, tap % 3u, c + depth);
      let row = c * 4u + rowW;
      let exists = row < dims.C && k < K4;
      tileW[local] = select(vec4<f16>(0.0h), w[select(0u, (tap * dims.C + row) * K4 + k, exists)], exists);
      workgroupBarrier();
      for (var d = 0u; d < DEPTH; d++) {
        let at = d * 4u * COLUMNS + local % COLUMNS;
        let w0 = vec4f(tileW[at]); let w1 = vec4f(tileW[at + COLUMNS]);
        let w2 = vec4f(tileW[at + 2u * COLUMNS]); let w3 = vec4f(tileW[at + 3u * COLUMNS]);
        var v = vec4f(tileX[own * DEPTH + d]);
        m0 += w0 * v.x + w1 * v.y + w2 * v.z + w3 * v.w;
        v = vec4f(tileX[(own + 1u) * DEPTH + d]);
        m1 += w0 * v.x + w1 * v.y + w2 * v.z + w3 * v.w;
        v = vec4f(tileX[(own + 2u) * DEPTH + d]);
        m2 += w0 * v.x + w1 * v.y + w2 * v.z + w3 * v.w;
        v = vec4f(tileX[(own + 3u) * DEPTH + d]);
        m3 += w0 * v.x + w1 * v.y + w2 * v.z + w3 * v.w;
        v = vec4f(tileX[(own + 4u) * DEPTH + d]);
        m4 += w0 * v.x + w1 * v.y + w2 * v.z + w3 * v.w;
        v = vec4f(tileX[(own + 5u) * DEPTH + d]);
        m5 += w0 * v.x + w1 * v.y + w2 * v.z + w3 * v.w;
        v = vec4f(tileX[(own + 6u) * DEPTH + d]);
        m6 += w0 * v.x + w1 * v.y + w2 * v.z + w3 * v.w;
        v = vec4f(tileX[(own + 7u) * DEPTH + d]);
        m7 += w0 * v.x + w1 * v.y + w2 * v.z + w3 * v.w;
      }
      workgroupBarrier();
    }
  }

  let rows = dims.N * P * Q;
  store(first + own, rows, k, m0);
  store(first + own + 1u, rows, k, m1);
  store(first + own + 2u, rows, k, m2);
  store(first + own + 3u, rows, k, m3);
  store(first + own + 4u, rows, k, m4);
  store(first + own + 5u, rows, k, m5);
  store(first + own + 6u, rows, k, m6);
  store(first + own + 7u, rows, k, m7);
}
