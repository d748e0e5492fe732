// y[i] = v after STEPS * 8 times v = v * factor + term, from v = i: how many multiply-adds a device makes
//
// Layout   y (count) of vec4
// Mapping  one invocation runs 2 chains of vec4, independent of each other, and stores their mean
// Reuse    everything: no memory is touched in the loop
// Cost     STEPS * 16 vec4 multiply-adds of 8 flops for 16 bytes written: compute-bound

const WORKGROUP = 64u;
const STEPS = 512u;

struct Dims { count: u32, factor: f32, term: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count) { return; }
  let factor = vec4f(dims.factor);
  let term = vec4f(dims.term);
  var a = vec4f(f32(i));
  var b = a + 1.0;                                 // another beginning, so that it is another chain
  for (var step = 0u; step < STEPS; step++) {
    a = fma(a, factor, term); b = fma(b, factor, term);
    a = fma(a, factor, term); b = fma(b, factor, term);
    a = fma(a, factor, term); b = fma(b, factor, term);
    a = fma(a, factor, term); b = fma(b, factor, term);
    a = fma(a, factor, term); b = fma(b, factor, term);
    a = fma(a, factor, term); b = fma(b, factor, term);
    a = fma(a, factor, term); b = fma(b, factor, term);
    a = fma(a, factor, term); b = fma(b, factor, term);
  }
  y[i] = (a + b) * 0.5;
}
