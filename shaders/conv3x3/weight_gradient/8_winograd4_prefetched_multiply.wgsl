// W[s][e][c][k] = sum over the tiles t of part s of V[e][t][c] D[e][t][k], a matrix product for each of the 36 elements e of a
// transformed tile and each part of CHUNK tiles
//
// Layout   V (36, T, C), D (36, T, K), W (parts, 36, C, K), row-major; C and K divisible by 4
// Mapping  a workgroup makes 128 c by 64 k of one part, an invocation an 8x8 square of them, in registers; see products/tile.wgsl, whose A is V transposed
// Reuse    16 tiles of 128 numbers of V and 64 of D lie in workgroup memory while all invocations use them; from there 4
//          vectors make 64 products
// Cost     16,384 flops for 192 floats read: 21 flop/byte
// Before   5_winograd4_tiled_multiply walks all tiles in one workgroup, which leaves a GPU idle where pictures are large and channels few,
//          and waits for its loads between two barriers

const WORKGROUP = 128u;
const CHUNK = 1024u;                               // tiles of a part
const APART = 4u;                                  // vec4 between elements of W: a stride of 2^n would share cache sets

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> V: array<vec4f>;
@group(0) @binding(2) var<storage, read> D: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> W: array<vec4f>;

struct Product { tiles: u32, startV: u32, startD: u32, firstC4: u32, firstK4: u32 }

var<private> product: Product;

fn readA(row4: u32, t: u32) -> vec4f {
  let C4 = dims.C / 4u;
  let at = product.startV + min(t, product.tiles - 1u) * C4 + min(product.firstC4 + row4, C4 - 1u);
  return select(vec4f(0.0), V[at], t < product.tiles);
}

fn readB(t: u32, column4: u32) -> vec4f {
  let K4 = dims.K / 4u;
  let at = product.startD + min(t, product.tiles - 1u) * K4 + min(product.firstK4 + column4, K4 - 1u);
  return select(vec4f(0.0), D[at], t < product.tiles);
}

fn endOfStep(_t: u32) {}

fn store(c: u32, k4: u32, start: u32, left: vec4f, right: vec4f) {
  let K4 = dims.K / 4u;
  if (c >= dims.C) { return; }
  if (k4 < K4) { W[start + c * K4 + k4] = left; }
  if (k4 + 8u < K4) { W[start + c * K4 + k4 + 8u] = right; }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tiles = dims.N * ((dims.H + 2u * dims.pad + 1u) / 4u) * ((dims.W + 2u * dims.pad + 1u) / 4u);
  let K4 = dims.K / 4u;
  let across = (K4 + 15u) / 16u;    // workgroups side by side
  let e = group.y;
  let part = group.z;
  product = Product(
    tiles,
    e * tiles * (dims.C / 4u), e * tiles * K4,
    group.x / across * 32u, group.x % across * 16u,
  );
  walk(part * CHUNK, min(part * CHUNK + CHUNK, tiles), local);

  let square = squareOf(local);
  let c = product.firstC4 * 4u + square.ty * 4u;
  let k4 = product.firstK4 + square.tx;
  let start = (part * 36u + e) * (dims.C * K4 + APART);
  store(c, k4, start, s0, t0);
  store(c + 1u, k4, start, s1, t1);
  store(c + 2u, k4, start, s2, t2);
  store(c + 3u, k4, start, s3, t3);
  store(c + 64u, k4, start, s4, t4);
  store(c + 65u, k4, start, s5, t5);
  store(c + 66u, k4, start, s6, t6);
  store(c + 67u, k4, start, s7, t7);
}
