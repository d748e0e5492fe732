// Products of two tiles in workgroup memory, for few rows: 32 rows of A by 128 columns of B, 16 deep, a 4x8 square of the sums in the
// registers of each of 128 invocations. A has 4 neighbours along the depth in a vec4, B 4 neighbouring columns. Each sum adds its products
// in the order that tile.wgsl does, and comes to the same bits. Expects readA(row, depth / 4), readB(depth, column / 4), which give 0 past
// the end of the depth.

const DEPTH = 16u;

var<workgroup> tileA: array<array<vec4f, 8>, DEPTH>;                   // (depth, row / 4)
var<workgroup> tileB: array<array<vec4f, 32>, DEPTH>;                  // (depth, column / 4)

// Columns 0 to 3 and 4 to 7 of each row of the sums.
var<private> s0: vec4f; var<private> s1: vec4f; var<private> s2: vec4f; var<private> s3: vec4f;
var<private> t0: vec4f; var<private> t1: vec4f; var<private> t2: vec4f; var<private> t3: vec4f;

var<private> a0: vec4f; var<private> a1: vec4f; var<private> a2: vec4f; var<private> a3: vec4f;
var<private> b0: vec4f; var<private> b1: vec4f; var<private> b2: vec4f; var<private> b3: vec4f;

// Rows 4 ty to 4 ty + 3, columns 4 tx to 4 tx + 3 and 64 more.
struct Square { ty: u32, tx: u32 }

fn squareOf(local: u32) -> Square { return Square(local / 16u, local % 16u); }

// The first 32 invocations bring A, all bring B.
fn fetch(depth: u32, local: u32) {
  if (local < 32u) {
    let row = local / 4u * 4u;
    let depth4 = depth / 4u + local % 4u;
    a0 = readA(row, depth4);
    a1 = readA(row + 1u, depth4);
    a2 = readA(row + 2u, depth4);
    a3 = readA(row + 3u, depth4);
  }
  let start = depth + local / 32u;
  b0 = readB(start, local % 32u);
  b1 = readB(start + 4u, local % 32u);
  b2 = readB(start + 8u, local % 32u);
  b3 = readB(start + 12u, local % 32u);
}

fn stage(local: u32) {
  if (local < 32u) {
    let at = local % 4u * 4u;
    let row4 = local / 4u;
    tileA[at][row4] = vec4f(a0.x, a1.x, a2.x, a3.x);
    tileA[at + 1u][row4] = vec4f(a0.y, a1.y, a2.y, a3.y);
    tileA[at + 2u][row4] = vec4f(a0.z, a1.z, a2.z, a3.z);
    tileA[at + 3u][row4] = vec4f(a0.w, a1.w, a2.w, a3.w);
  }
  let start = local / 32u;
  tileB[start][local % 32u] = b0;
  tileB[start + 4u][local % 32u] = b1;
  tileB[start + 8u][local % 32u] = b2;
  tileB[start + 12u][local % 32u] = b3;
}

fn multiplyDepth(depth: u32, square: Square) {
  let p = tileA[depth][square.ty];
  let b = tileB[depth][square.tx];
  let c = tileB[depth][square.tx + 16u];
  s0 = fma(vec4f(p.x), b, s0); t0 = fma(vec4f(p.x), c, t0);
  s1 = fma(vec4f(p.y), b, s1); t1 = fma(vec4f(p.y), c, t1);
  s2 = fma(vec4f(p.z), b, s2); t2 = fma(vec4f(p.z), c, t2);
  s3 = fma(vec4f(p.w), b, s3); t3 = fma(vec4f(p.w), c, t3);
}

fn walk(first: u32, end: u32, local: u32) {
  let square = squareOf(local);
  fetch(first, local);
  for (var depth = first; depth < end; depth += DEPTH) {
    stage(local);
    workgroupBarrier();
    if (depth + DEPTH < end) { fetch(depth + DEPTH, local); }
    multiplyDepth(0u, square); multiplyDepth(1u, square); multiplyDepth(2u, square); multiplyDepth(3u, square);
    multiplyDepth(4u, square); multiplyDepth(5u, square); multiplyDepth(6u, square); multiplyDepth(7u, square);
    multiplyDepth(8u, square); multiplyDepth(9u, square); multiplyDepth(10u, square); multiplyDepth(11u, square);
    multiplyDepth(12u, square); multiplyDepth(13u, square); multiplyDepth(14u, square); multiplyDepth(15u, square);
    workgroupBarrier();
  }
}
