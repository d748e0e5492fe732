// dx[n, 4i+r, 4j+s, c] = (A^T m A)[r][s], m the 6x6 sums of tile (n, i, j) and channel c; with relu 0 where x <= 0
//
// Layout   S (36, T, C), a sheet that M was copied to, x and dx (N, H, W, C), row-major; C divisible by 4; T tiles of 4x4
//          pixels cover each picture of dx, row by row
// Mapping  one invocation makes 4x4 pixels of 4 neighbouring channels; invocations run along channels, then tiles
// Reuse    none: every sum is read once
// Cost     36 floats read and 16 written for 16 outputs, with relu 16 more read: bandwidth-bound
// Before   3_winograd4_output reads a buffer

const WORKGROUP = 64u;

struct Dims { N: u32, H: u32, W: u32, C: u32, K: u32, pad: u32, relu: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var S: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;

fn sum(at: u32) -> vec4f { return textureLoad(S, texel(at)); }

// Where x is what a ReLU made, the gradient is that of what the ReLU took.
fn beforeRelu(g: vec4f, at: u32) -> vec4f {
  if (dims.relu == 0u) { return g; }
  return rectifyGradient(g, x[at]);
}

fn store(at: u32, step: u32, columns: u32, row: Four) {
  dx[at] = beforeRelu(row.a, at);
  if (columns > 1u) { dx[at + step] = beforeRelu(row.b, at + step); }
  if (columns > 2u) { dx[at + 2u * step] = beforeRelu(row.c, at + 2u * step); }
  if (columns > 3u) { dx[at + 3u * step] = beforeRelu(row.d, at + 3u * step); }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let C4 = dims.C / 4u;
  let down = (dims.H + 3u) / 4u;
  let across = (dims.W + 3u) / 4u;
  let tiles = dims.N * down * across;
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= tiles * C4) { return; }

  let outputs = outputsOfTile(i, tiles * C4);
  let tile = i / C4;
  let h = tile / across % down * 4u;
  let v = tile % across * 4u;
  let at = ((tile / (across * down) * dims.H + h) * dims.W + v) * C4 + i % C4;
  let row = dims.W * C4;
  store(at, C4, dims.W - v, outputs.a);
  if (h + 1u < dims.H) { store(at + row, C4, dims.W - v, outputs.b); }
  if (h + 2u < dims.H) { store(at + 2u * row, C4, dims.W - v, outputs.c); }
  if (h + 3u < dims.H) { store(at + 3u * row, C4, dims.W - v, outputs.d); }
}
