// Four standard normal values from four uniform ones in [0, 1): pairs (x, y) and (z, w) through Box and Muller's map.
fn gaussian(u: vec4f) -> vec4f {
  let radius = sqrt(max(vec2f(0.0), -2.0 * log(1.0 - u.xz)));    // 1 - u is exact, in (0, 1]; log may round above 0
  let angle = (u.yw - 0.5) * 6.283185307179586;                  // WGSL bounds the error of sine and cosine within +-pi
  return vec4f(radius * cos(angle), radius * sin(angle)).xzyw;
}
