// Reads the 24 sums of one tile and 4 channels that are transformed along columns already, and transforms them along rows.
// Expects in the shader: fn sum(at: u32) -> vec4f.

struct Outputs { a: Four, b: Four, c: Four, d: Four }          // rows of outputs

fn outputsRow(at: u32, step: u32) -> Four {
  return transformOutput(Six(
    sum(at),
    sum(at + step),
    sum(at + 2u * step),
    sum(at + 3u * step),
    sum(at + 4u * step),
    sum(at + 5u * step),
  ));
}

fn outputsOfTile(at: u32, step: u32) -> Outputs {
  return Outputs(
    outputsRow(at, step),
    outputsRow(at + 6u * step, step),
    outputsRow(at + 12u * step, step),
    outputsRow(at + 18u * step, step),
  );
}
