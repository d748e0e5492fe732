// V[6i+j][t][k] = (B^T d B)[i][j], d the 6x6 pixels of dy and channel k that the 4x4 pixels of dx in tile t gather
// from
//
// Layout   dy (N, P, Q, K), V (36, T, K), row-major; K divisible by 4; T tiles of 4x4 pixels cover each picture of
//          dx, row by row
// Mapping  one invocation transforms one tile of 4 neighbouring channels; invocations run along channels, then tiles
// Reuse    a pixel is read by up to 4 tiles, which a cache may merge
// Cost     36 floats read and 36 written for 16 outputs: bandwidth-bound

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> V: array<vec4f>;

fn pixel(at: u32) -> vec4f { return dy[at]; }
fn put(at: u32, element: vec4f) { V[at] = element; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let plane = Plane(dims.H + 2u * dims.pad - 2u, dims.W + 2u * dims.pad - 2u, dims.K / 4u);
  let down = (dims.H + 3u) / 4u;
  let across = (dims.W + 3u) / 4u;
  let tiles = dims.N * down * across;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= tiles * plane.channels4) { return; }
  let tile = i / plane.channels4;
  let row = tile / across % down * 4u + dims.pad - 2u;
  let column = tile % across * 4u + dims.pad - 2u;
  transformTile(plane, tile / (across * down), row, column, i % plane.channels4, i, tiles * plane.channels4);
}
