// V[6i+j][t][c] = (B^T d B)[i][j], d the 6x6 pixels of channel c that the 4x4 outputs of tile t read
//
// Layout   x (N, H, W, C), V (36, T, C), row-major; C divisible by 4; T tiles of 4x4 outputs cover each picture, row
//          by row
// Mapping  one invocation transforms one tile of 4 neighbouring channels; invocations run along channels, then tiles
// Reuse    a pixel is read by up to 4 tiles, which a cache may merge
// Cost     36 floats read and 36 written for 16 outputs: bandwidth-bound
// Before   2_register multiplies 9 times for each pixel, c and k; here 36 products serve 16 pixels. The forward
//          computes A^T [(G w G^T) * V] A of each tile, * by element; its gradient in w is G^T [sum over tiles of (A
//          dy A^T) * V] G

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> V: array<vec4f>;

fn pixel(at: u32) -> vec4f { return x[at]; }
fn put(at: u32, element: vec4f) { V[at] = element; }

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
  transformTile(plane, tile / (across * down), row, column, i % plane.channels4, i, tiles * plane.channels4);
}
