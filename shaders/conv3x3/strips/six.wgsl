// Six neighbouring pixels of a row of dy, 4 channels each, and their products with x. Expects dy in the shader.

struct Six { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f }

// The pixels at `at`, `at + step`, and so on. Those from number `there` on are past the row's end and count as 0.
fn sixOfDy(at: u32, step: u32, there: u32) -> Six {
  return Six(dy[at], pixel(at, step, 1u, there), pixel(at, step, 2u, there), pixel(at, step, 3u, there),
    pixel(at, step, 4u, there), pixel(at, step, 5u, there));
}

fn pixel(at: u32, step: u32, i: u32, there: u32) -> vec4f {
  return select(vec4f(0.0), dy[at + select(0u, i * step, i < there)], i < there);
}

// m and the products of six pixels with the columns of x that one tap pairs them with.
fn addSix(m: vec4f, y: Six, x0: f32, x1: f32, x2: f32, x3: f32, x4: f32, x5: f32) -> vec4f {
  let near = fma(y.c, vec4f(x2), fma(y.b, vec4f(x1), fma(y.a, vec4f(x0), m)));
  return fma(y.f, vec4f(x5), fma(y.e, vec4f(x4), fma(y.d, vec4f(x3), near)));
}
