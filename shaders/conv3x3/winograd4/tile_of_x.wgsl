// Cuts a 6x6 tile with 4 channels out of a picture, transforms it and hands out its elements (B^T d B)[i][j], 6i + j times
// `step` from `at`. Pixels outside the picture count as 0. Expects in the shader: fn pixel(at: u32) -> vec4f and
// fn put(at: u32, element: vec4f).

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

fn putRow(at: u32, step: u32, row: Six) {
  put(at, row.a);
  put(at + step, row.b);
  put(at + 2u * step, row.c);
  put(at + 3u * step, row.d);
  put(at + 4u * step, row.e);
  put(at + 5u * step, row.f);
}

// (row, column) is the tile's first pixel; channels are counted in vec4.
fn transformTile(plane: Plane, picture: u32, row: u32, column: u32, channel: u32, at: u32, step: u32) {
  let a = transformColumn(plane, picture, row, column, channel);
  let b = transformColumn(plane, picture, row, column + 1u, channel);
  let c = transformColumn(plane, picture, row, column + 2u, channel);
  let d = transformColumn(plane, picture, row, column + 3u, channel);
  let e = transformColumn(plane, picture, row, column + 4u, channel);
  let f = transformColumn(plane, picture, row, column + 5u, channel);
  putRow(at, step, transformInput(Six(a.a, b.a, c.a, d.a, e.a, f.a)));
  putRow(at + 6u * step, step, transformInput(Six(a.b, b.b, c.b, d.b, e.b, f.b)));
  putRow(at + 12u * step, step, transformInput(Six(a.c, b.c, c.c, d.c, e.c, f.c)));
  putRow(at + 18u * step, step, transformInput(Six(a.d, b.d, c.d, d.d, e.d, f.d)));
  putRow(at + 24u * step, step, transformInput(Six(a.e, b.e, c.e, d.e, e.e, f.e)));
  putRow(at + 30u * step, step, transformInput(Six(a.f, b.f, c.f, d.f, e.f, f.f)));
}
