// The one-dimensional transforms of Winograd's F(4, 3): four outputs of a three-tap filter from six inputs with six
// products. In two dimensions, F(4x4, 3x3), each is applied to columns and then to rows: 36 products where the direct
// sum takes 144.
//
// Points 0, 1, -1, 2, -2 and infinity. Source: A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural
// Networks", 2015.

struct Six { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f }
struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }
struct Three { a: vec4f, b: vec4f, c: vec4f }

// Six inputs -> the transformed inputs (B transposed).
fn transformInput(x: Six) -> Six {
  let even = x.e - 4.0 * x.c;
  let odd = x.d - 4.0 * x.b;
  let near = x.e - x.c;
  let far = 2.0 * (x.d - x.b);
  return Six(4.0 * x.a - 5.0 * x.c + x.e, even + odd, even - odd, near + far, near - far, 4.0 * x.b - 5.0 * x.d + x.f);
}

// Three taps -> the transformed filter (G).
fn transformFilter(w: Three) -> Six {
  let even = w.a + w.c;
  let wide = w.a + 4.0 * w.c;
  return Six(
    0.25 * w.a,
    (even + w.b) * (-1.0 / 6.0),
    (even - w.b) * (-1.0 / 6.0),
    (wide + 2.0 * w.b) * (1.0 / 24.0),
    (wide - 2.0 * w.b) * (1.0 / 24.0),
    w.c,
  );
}

// Six sums of products -> four outputs (A transposed).
fn transformOutput(m: Six) -> Four {
  let near = m.b + m.c;
  let far = m.d + m.e;
  let nearOdd = m.b - m.c;
  let farOdd = 2.0 * (m.d - m.e);
  return Four(m.a + near + far, nearOdd + farOdd, near + 4.0 * far, nearOdd + 4.0 * farOdd + m.f);
}

// The transpose of transformOutput: four gradients of outputs -> six of products (A).
fn transformOutputGradient(y: Four) -> Six {
  let even = y.a + y.c;
  let odd = y.b + y.d;
  let wide = y.a + 4.0 * y.c;
  let wideOdd = 2.0 * (y.b + 4.0 * y.d);
  return Six(y.a, even + odd, even - odd, wide + wideOdd, wide - wideOdd, y.d);
}

// The transpose of transformFilter: six gradients -> the gradient of three taps (G transposed).
fn transformFilterGradient(u: Six) -> Three {
  let near = (u.b + u.c) * (-1.0 / 6.0);
  let far = (u.d + u.e) * (1.0 / 24.0);
  return Three(
    0.25 * u.a + near + far,
    (u.b - u.c) * (-1.0 / 6.0) + (u.d - u.e) * (1.0 / 12.0),
    near + 4.0 * far + u.f,
  );
}
