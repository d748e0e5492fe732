// V[6i+j][t][c] = (B^T d B)[i][j], d the 6x6 pixels of channel c that the 4x4 outputs of tile t read
//
// Layout   X (N, H, W, C), a sheet that x was copied to, V (36, T/32, C/4, 32, 4), a sheet, T rounded up to whole 32;
//          row-major; C divisible by 4; T tiles of 4x4 outputs cover each picture, row by row
// Mapping  one invocation transforms one tile of 4 neighbouring channels; invocations run along channels, then tiles
// Reuse    a pixel is read by up to 4 tiles, which a cache may merge
// Cost     36 floats read and 36 written for 16 outputs: bandwidth-bound
// Before   6_winograd4_input reads a buffer, and writes V tile after tile into one

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var X: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var V: texture_storage_2d<rgba32float, write>;

fn pixel(at: u32) -> vec4f { return textureLoad(X, texel(at)); }
fn put(at: u32, element: vec4f) { textureStore(V, texel(at), element); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = Plane(dims.H, dims.W, dims.C / 4u);
  let down = (dims.H + 2u * dims.pad + 1u) / 4u;   // tiles in a column: ceil(P / 4), P = H + 2 pad - 2
  let across = (dims.W + 2u * dims.pad + 1u) / 4u;
  let tiles = dims.N * down * across;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= tiles * plane.channels4) { return; }
  let tile = i / plane.channels4;
  let row = tile / across % down * 4u - dims.pad;
  let column = tile % across * 4u - dims.pad;
  let channel = i % plane.channels4;
  let at = placeOfTile(tile, channel, plane.channels4);
  transformTile(plane, tile / (across * down), row, column, channel, at, texelsOfTiles(tiles, plane.channels4));
}
