// Reads the 36 sums of one tile and 4 channels and transforms them into columns of outputs. Expects in the shader:
// fn sum(at: u32) -> vec4f.

struct Outputs { a: Four, b: Four, c: Four, d: Four }          // rows of outputs

fn sumsColumn(at: u32, step: u32) -> Four {
  return transformOutput(Six(
    sum(at),
    sum(at + 6u * step),
    sum(at + 12u * step),
    sum(at + 18u * step),
    sum(at + 24u * step),
    sum(at + 30u * step),
  ));
}

fn outputsOfTile(at: u32, step: u32) -> Outputs {
  let a = sumsColumn(at, step);
  let b = sumsColumn(at + step, step);
  let c = sumsColumn(at + 2u * step, step);
  let d = sumsColumn(at + 3u * step, step);
  let e = sumsColumn(at + 4u * step, step);
  let f = sumsColumn(at + 5u * step, step);
  return Outputs(
    transformOutput(Six(a.a, b.a, c.a, d.a, e.a, f.a)),
    transformOutput(Six(a.b, b.b, c.b, d.b, e.b, f.b)),
    transformOutput(Six(a.c, b.c, c.c, d.c, e.c, f.c)),
    transformOutput(Six(a.d, b.d, c.d, d.d, e.d, f.d)),
  );
}
