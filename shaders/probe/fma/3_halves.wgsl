enable f16;

// y[i] = v after STEPS * 2 times v = v * factor + term, from v = i mod 16, in float16: how many multiply-adds a device makes
//
// Layout   y (count) of vec4
// Mapping  one invocation runs 8 chains of vec4, independent of each other, and stores their mean
// Reuse    everything: no memory is touched in the loop
// Cost     STEPS * 16 vec4 multiply-adds of 8 flops for 16 bytes written: compute-bound
// Before   2_many does the same in float32

const WORKGROUP = 256u;
const STEPS = 512u;

struct Dims { count: u32, factor: f32, term: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i >= dims.count) { return; }
  let factor = vec4h(f16(dims.factor));
  let term = vec4h(f16(dims.term));
  var a = vec4h(f16(i % 16u));
  var b = a + 1.0h;                                // other beginnings, so that they are other chains
  var c = a + 2.0h;
  var d = a + 3.0h;
  var e = a + 4.0h;
  var f = a + 5.0h;
  var g = a + 6.0h;
  var h = a + 7.0h;
  for (var step = 0u; step < STEPS; step++) {
    a = fma(a, factor, term); b = fma(b, factor, term); c = fma(c, factor, term); d = fma(d, factor, term);
    e = fma(e, factor, term); f = fma(f, factor, term); g = fma(g, factor, term); h = fma(h, factor, term);
    a = fma(a, factor, term); b = fma(b, factor, term); c = fma(c, factor, term); d = fma(d, factor, term);
    e = fma(e, factor, term); f = fma(f, factor, term); g = fma(g, factor, term); h = fma(h, factor, term);
  }
  y[i] = vec4f(((a + b) + (c + d) + (e + f) + (g + h)) * 0.125h);
}
