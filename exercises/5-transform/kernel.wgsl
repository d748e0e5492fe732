// V[4i+j][t][c] = (B^T d B)[i][j], d the 4x4 pixels of channel c that the 2x2 outputs of tile t read
//
// Layout   x (N, H, W, C), V (16, T, C), row-major; C divisible by 4; T tiles of 2x2 outputs cover each picture, row
//          by row
// Mapping  one invocation transforms one tile of 4 neighbouring channels; invocations run along channels, then tiles
// Reuse    a pixel is read by up to 4 tiles, which a cache may merge
// Cost     16 floats read and 16 written for 4 outputs: bandwidth-bound

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> V: array<vec4f>;

struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

// Four inputs -> four transformed inputs (B transposed).
fn transform(a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> Four {
  let third = b + c;                               // HOLE: what is multiplied by half of (first - middle + last tap)?
  return Four(a - c, b + c, third, b - d);
}

fn load(picture: u32, row: u32, column: u32, channel: u32) -> vec4f {
  let inside = row < dims.H && column < dims.W;    // -1 wraps to a large number
  let at = ((picture * dims.H + select(0u, row, inside)) * dims.W + select(0u, column, inside)) * (dims.C / 4u) + channel;
  return select(vec4f(0.0), x[at], inside);
}

fn transformColumn(picture: u32, row: u32, column: u32, channel: u32) -> Four {
  return transform(
    load(picture, row, column, channel),
    load(picture, row + 1u, column, channel),
    load(picture, row + 2u, column, channel),
    load(picture, row + 3u, column, channel),
  );
}

fn store(at: u32, step: u32, row: Four) {
  V[at] = row.a;
  V[at + step] = row.b;
  V[at + 2u * step] = row.c;
  V[at + 3u * step] = row.d;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let C4 = dims.C / 4u;
  let down = (dims.H + 2u * dims.pad - 1u) / 2u;   // tiles in a column: ceil(P / 2), P = H + 2 pad - 2
  let across = (dims.W + 2u * dims.pad - 1u) / 2u;
  let tiles = dims.N * down * across;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= tiles * C4) { return; }
  let channel = i % C4;
  let tile = i / C4;
  let picture = tile / (across * down);
  let row = tile / across % down * 2u - dims.pad;
  let column = tile % across * 2u - dims.pad;

  let a = transformColumn(picture, row, column, channel);
  let b = transformColumn(picture, row, column + 1u, channel);
  let c = transformColumn(picture, row, column + 2u, channel);
  let d = transformColumn(picture, row, column + 3u, channel);
  let step = tiles * C4;
  store(i, step, transform(a.a, b.a, c.a, d.a));
  store(i + 4u * step, step, transform(a.b, b.b, c.b, d.b));
  store(i + 8u * step, step, transform(a.c, b.c, c.c, d.c));
  store(i + 12u * step, step, transform(a.d, b.d, c.d, d.d));
}
