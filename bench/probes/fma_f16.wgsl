// acc[j] = acc[j] * factor + term, again and again, in float16: how many multiply-adds the device issues.
//
// Layout   y: a vec4 an invocation, written once
// Mapping  one invocation runs 8 chains of vec4, independent of each other, all in registers: 32 multiply-adds in flight
// Reuse    everything: no memory is touched in the loop
// Cost     STEPS * 16 vec4 multiply-adds of 8 flops for 16 bytes written
// Before   fma does the same in float32

enable f16;

const WORKGROUP = 256u;
const STEPS = 512u;

struct Dims { count: u32, factor: f32, term: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4h(f16(dims.factor));
  let term = vec4h(f16(dims.term));
  var a = vec4h(f16(f32(id.x % 16u)));
  var b = a + 1.0h;
  var c = a + 2.0h;
  var d = a + 3.0h;
  var e = a + 4.0h;
  var f = a + 5.0h;
  var g = a + 6.0h;
  var h = a + 7.0h;
  for (var step = 0u; step < STEPS; step++) {
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    c = fma(c, factor, term);
    d = fma(d, factor, term);
    e = fma(e, factor, term);
    f = fma(f, factor, term);
    g = fma(g, factor, term);
    h = fma(h, factor, term);
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    c = fma(c, factor, term);
    d = fma(d, factor, term);
    e = fma(e, factor, term);
    f = fma(f, factor, term);
    g = fma(g, factor, term);
    h = fma(h, factor, term);
  }
  if (id.x < dims.count) { y[id.x] = vec4f((a + b) + (c + d) + (e + f) + (g + h)); }
}
