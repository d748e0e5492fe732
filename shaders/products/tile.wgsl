// Products of two tiles in workgroup memory: 128 rows of A by 4 COLUMNS4 columns of B, 16 deep, an 8x8 square of the sums in the
// registers of each of 8 COLUMNS4 invocations. While one pair of tiles is multiplied, the next one is on its way from storage into
// registers and then into the other half of the workgroup memory, so that one barrier a step is enough.
//
// A is named by (row, depth) and B by (depth, column), however they are stored: a_across and b_across.wgsl fetch operands of which a vec4
// holds 4 neighbouring rows or columns, a_along and b_along.wgsl those of which it holds 4 neighbouring depths. Past their ends the shader's
// readA and readB give 0, or for rows and columns anything.
//
// An invocation makes rows 4 ty to 4 ty + 3 and 64 more, columns 4 tx to 4 tx + 3 and 2 COLUMNS4 more: 4 reads of 16 bytes feed 64
// products. The 32 invocations that run together are 4 ty by 8 tx, so that their reads fall on few addresses.
// Expects COLUMNS4 = 16 or 32 in the shader.

const DEPTH = 16u;
const START_B = DEPTH * 32u;
const HALF = START_B + DEPTH * COLUMNS4;           // vec4 of one pair of tiles

var<workgroup> tiles: array<vec4f, 2u * HALF>;     // twice: A (depth, row / 4), its rows swizzled, and B (depth, column / 4)

// Where A's vec4 of rows `row4` at depth 4 depth4 lies. Bits of the depth are mixed into the row, so that neighbours who store other
// depths of the same rows meet other memory banks.
fn placeA(half: u32, row4: u32, depth4: u32) -> u32 { return half * HALF + depth4 * 128u + (row4 ^ (2u * depth4)); }

// Columns 0 to 3 and 4 to 7 of each row of the 8x8 sums.
var<private> s0: vec4f; var<private> s1: vec4f; var<private> s2: vec4f; var<private> s3: vec4f;
var<private> s4: vec4f; var<private> s5: vec4f; var<private> s6: vec4f; var<private> s7: vec4f;
var<private> t0: vec4f; var<private> t1: vec4f; var<private> t2: vec4f; var<private> t3: vec4f;
var<private> t4: vec4f; var<private> t5: vec4f; var<private> t6: vec4f; var<private> t7: vec4f;

struct Square { ty: u32, tx: u32 }

fn squareOf(local: u32) -> Square {
  let across = COLUMNS4 / 16u;                     // groups of 32 invocations side by side
  return Square(local / 8u % 4u + local / (32u * across) * 4u, local % 8u + local / 32u % across * 8u);
}

// Adds the products of the pair of tiles in half 0 or 1.
fn multiplyTiles(half: u32, square: Square) {
  var b = half * HALF + START_B + square.tx;
  for (var d4 = 0u; d4 < DEPTH / 4u; d4++) {
    var a = placeA(half, square.ty, d4);
    for (var d = 0u; d < 4u; d++) {
      let a0 = tiles[a];
      let a1 = tiles[a + 16u];
      let b0 = tiles[b];
      let b1 = tiles[b + COLUMNS4 / 2u];
      s0 = fma(vec4f(a0.x), b0, s0); t0 = fma(vec4f(a0.x), b1, t0);
      s1 = fma(vec4f(a0.y), b0, s1); t1 = fma(vec4f(a0.y), b1, t1);
      s2 = fma(vec4f(a0.z), b0, s2); t2 = fma(vec4f(a0.z), b1, t2);
      s3 = fma(vec4f(a0.w), b0, s3); t3 = fma(vec4f(a0.w), b1, t3);
      s4 = fma(vec4f(a1.x), b0, s4); t4 = fma(vec4f(a1.x), b1, t4);
      s5 = fma(vec4f(a1.y), b0, s5); t5 = fma(vec4f(a1.y), b1, t5);
      s6 = fma(vec4f(a1.z), b0, s6); t6 = fma(vec4f(a1.z), b1, t6);
      s7 = fma(vec4f(a1.w), b0, s7); t7 = fma(vec4f(a1.w), b1, t7);
      a += 32u;
      b += COLUMNS4;
    }
  }
}

// Walks along the depth from `first` to before `end`, and adds everything up. The operands come by fetchA, stageA, fetchB and stageB of the
// files a_*.wgsl and b_*.wgsl; the shader's endOfStep(end) is called with the depth reached.
fn walk(first: u32, end: u32, local: u32) {
  let square = squareOf(local);
  fetchA(first, local);
  fetchB(first, local);
  stageA(0u, local);
  stageB(0u, local);
  workgroupBarrier();
  var half = 0u;
  for (var depth = first; depth < end; depth += DEPTH) {
    let more = depth + DEPTH < end;
    if (more) {
      fetchA(depth + DEPTH, local);
      fetchB(depth + DEPTH, local);
    }
    multiplyTiles(half, square);
    half = 1u - half;
    if (more) {
      stageA(half, local);
      stageB(half, local);
    }
    workgroupBarrier();
    endOfStep(depth + DEPTH);
  }
}
