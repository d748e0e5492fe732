// Products of two tiles in workgroup memory: 128 rows of A by 64 columns of B, 16 deep, an 8x8 square of the sums in the registers of
// each of 128 invocations. While the tiles are multiplied, the next ones are on their way from storage into registers.
//
// A is named by (row, depth) and B by (depth, column), however they are stored: a_across and b_across.wgsl fetch operands of which a vec4
// holds 4 neighbouring rows or columns, a_along and b_along.wgsl those of which it holds 4 neighbouring depths. Past their ends the shader's
// readA and readB give 0, or for rows and columns anything; they are asked once past the end of the depth, since a branch would keep the
// fetches from overlapping with the products.
//
// An invocation makes rows 4 ty to 4 ty + 3 and 64 more, columns 4 tx to 4 tx + 3 and 32 more: 4 reads of 16 bytes feed 64 products. The
// 32 invocations that run together are 4 ty by 8 tx, so that their reads fall on few addresses.
//
// The depths are written out, one call each, and stand outermost in the tiles' types: an invocation's place in a tile is the same at each
// of them, so a compiler reckons it, and holds it within its bounds, once and not at every read.

const DEPTH = 16u;

var<workgroup> tileA: array<array<vec4f, 32>, DEPTH>;                  // (depth, row / 4), rows swizzled
var<workgroup> tileB: array<array<vec4f, 16>, DEPTH>;                  // (depth, column / 4)

// Bits of the depth are mixed into the row of A, so that neighbours who store other depths of the same rows meet other memory banks.
fn swizzled(row4: u32, depth4: u32) -> u32 { return row4 ^ (2u * depth4); }

// Columns 0 to 3 and 4 to 7 of each row of the 8x8 sums.
var<private> s0: vec4f; var<private> s1: vec4f; var<private> s2: vec4f; var<private> s3: vec4f;
var<private> s4: vec4f; var<private> s5: vec4f; var<private> s6: vec4f; var<private> s7: vec4f;
var<private> t0: vec4f; var<private> t1: vec4f; var<private> t2: vec4f; var<private> t3: vec4f;
var<private> t4: vec4f; var<private> t5: vec4f; var<private> t6: vec4f; var<private> t7: vec4f;

struct Square { ty: u32, tx: u32 }

fn squareOf(local: u32) -> Square { return Square(local / 8u, local % 8u); }

fn multiplyDepth(depth: u32, row4: u32, tx: u32) {
  let p = tileA[depth][row4];
  let q = tileA[depth][row4 + 16u];
  let b = tileB[depth][tx];
  let c = tileB[depth][tx + 8u];
  s0 = fma(vec4f(p.x), b, s0); t0 = fma(vec4f(p.x), c, t0);
  s1 = fma(vec4f(p.y), b, s1); t1 = fma(vec4f(p.y), c, t1);
  s2 = fma(vec4f(p.z), b, s2); t2 = fma(vec4f(p.z), c, t2);
  s3 = fma(vec4f(p.w), b, s3); t3 = fma(vec4f(p.w), c, t3);
  s4 = fma(vec4f(q.x), b, s4); t4 = fma(vec4f(q.x), c, t4);
  s5 = fma(vec4f(q.y), b, s5); t5 = fma(vec4f(q.y), c, t5);
  s6 = fma(vec4f(q.z), b, s6); t6 = fma(vec4f(q.z), c, t6);
  s7 = fma(vec4f(q.w), b, s7); t7 = fma(vec4f(q.w), c, t7);
}

// Adds the products of the two tiles.
fn multiplyTiles(square: Square) {
  let tx = square.tx;
  let r0 = swizzled(square.ty, 0u);
  multiplyDepth(0u, r0, tx); multiplyDepth(1u, r0, tx); multiplyDepth(2u, r0, tx); multiplyDepth(3u, r0, tx);
  let r1 = swizzled(square.ty, 1u);
  multiplyDepth(4u, r1, tx); multiplyDepth(5u, r1, tx); multiplyDepth(6u, r1, tx); multiplyDepth(7u, r1, tx);
  let r2 = swizzled(square.ty, 2u);
  multiplyDepth(8u, r2, tx); multiplyDepth(9u, r2, tx); multiplyDepth(10u, r2, tx); multiplyDepth(11u, r2, tx);
  let r3 = swizzled(square.ty, 3u);
  multiplyDepth(12u, r3, tx); multiplyDepth(13u, r3, tx); multiplyDepth(14u, r3, tx); multiplyDepth(15u, r3, tx);
}

// Walks along the depth from `first` to before `end`, and adds everything up. The operands come by fetchA, stageA, fetchB and stageB of the
// files a_*.wgsl and b_*.wgsl; the shader's endOfStep(depth) is called with the depth reached.
fn walk(first: u32, end: u32, local: u32) {
  let square = squareOf(local);
  fetchA(first, local);
  fetchB(first, local);
  for (var depth = first; depth < end; depth += DEPTH) {
    stageA(local);
    stageB(local);
    workgroupBarrier();
    fetchA(depth + DEPTH, local);
    fetchB(depth + DEPTH, local);
    multiplyTiles(square);
    workgroupBarrier();
    endOfStep(depth + DEPTH);
  }
}
