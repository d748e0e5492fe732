// acc[j] = acc[j] * factor + term, again and again: how many multiply-adds the device issues, for devices of few registers.
//
// Layout   y: a vec4 an invocation, written once
// Mapping  one invocation runs 2 chains of vec4, independent of each other, all in registers
// Reuse    everything: no memory is touched in the loop
// Cost     STEPS * 16 vec4 multiply-adds of 8 flops for 16 bytes written

const WORKGROUP = 64u;
const STEPS = 512u;

struct Dims { count: u32, factor: f32, term: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4f(dims.factor);
  let term = vec4f(dims.term);
  var a = vec4f(f32(id.x));
  var b = a + 1.0;
  for (var step = 0u; step < STEPS; step++) {
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    a = fma(a, factor, term);
    b = fma(b, factor, term);
  }
  if (id.x < dims.count) { y[id.x] = a + b; }
}
