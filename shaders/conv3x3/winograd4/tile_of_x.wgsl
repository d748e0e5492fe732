// Cuts a 6x6 tile with 4 channels out of a picture, transforms it and stores it: V[6i+j][tile][channel] = (B^T d
// B)[i][j]. Pixels outside the picture count as 0. Expects in the shader: fn pixel(at: u32) -> vec4f, and V.

struct Plane { rows: u32, columns: u32, channels4: u32 }

fn loadPixel(plane: Plane, picture: u32, row: u32, column: u32, channel: u32) -> vec4f {
  let inside = row < plane.rows && column < plane.columns;     // -1 wraps to a large number
  let row0 = picture * plane.rows + select(0u, row, inside);
  let at = (row0 * plane.columns + select(0u, column, inside)) * plane.channels4 + channel;
  return select(vec4f(0.0), pixel(at), inside);
}

fn transformColumn(plane: Plane, picture: u32, row: u32, column: u32, channel: u32) -> Six {
  return transformInput(Six(
    loadPixel(plane, picture, row, column, channel),
    loadPixel(plane, picture, row + 1u, column, channel),
    loadPixel(plane, picture, row + 2u, column, channel),
    loadPixel(plane, picture, row + 3u, column, channel),
    loadPixel(plane, picture, row + 4u, column, channel),
    loadPixel(plane, picture, row + 5u, column, channel),
  ));
}

fn storeRow(at: u32, step: u32, row: Six) {
  V[at] = row.a;
  V[at + step] = row.b;
  V[at + 2u * step] = row.c;
  V[at + 3u * step] = row.d;
  V[at + 4u * step] = row.e;
  V[at + 5u * step] = row.f;
}

// Tile `at / channels4` of `tiles`, channels `at % channels4`; (row, column) is its first pixel.
fn transformTile(plane: Plane, picture: u32, row: u32, column: u32, at: u32, tiles: u32) {
  let channel = at % plane.channels4;
  let a = transformColumn(plane, picture, row, column, channel);
  let b = transformColumn(plane, picture, row, column + 1u, channel);
  let c = transformColumn(plane, picture, row, column + 2u, channel);
  let d = transformColumn(plane, picture, row, column + 3u, channel);
  let e = transformColumn(plane, picture, row, column + 4u, channel);
  let f = transformColumn(plane, picture, row, column + 5u, channel);
  let step = tiles * plane.channels4;
  storeRow(at, step, transformInput(Six(a.a, b.a, c.a, d.a, e.a, f.a)));
  storeRow(at + 6u * step, step, transformInput(Six(a.b, b.b, c.b, d.b, e.b, f.b)));
  storeRow(at + 12u * step, step, transformInput(Six(a.c, b.c, c.c, d.c, e.c, f.c)));
  storeRow(at + 18u * step, step, transformInput(Six(a.d, b.d, c.d, d.d, e.d, f.d)));
  storeRow(at + 24u * step, step, transformInput(Six(a.e, b.e, c.e, d.e, e.e, f.e)));
  storeRow(at + 30u * step, step, transformInput(Six(a.f, b.f, c.f, d.f, e.f, f.f)));
}
