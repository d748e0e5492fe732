// bits[b] = philox4x32-10(counter[b], key[b])
//
// Layout   counter, bits (count, 4), key (count, 2), unsigned words
// Mapping  one invocation makes one block of four words
// Reuse    none
// Cost     10 rounds of 2 wide products, about 200 integer operations for 40 bytes of traffic: compute-bound

const WORKGROUP = 64u;

struct Dims { count: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> counter: array<vec4u>;
@group(0) @binding(2) var<storage, read> key: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> bits: array<vec4u>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let b = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (b >= dims.count) { return; }
  bits[b] = philox(counter[b], key[b]);
}
