// How many rows of dy, counted through all pictures, make one strip: about PIXELS pixels, and more where the sums of
// all strips would be more than PARTIAL numbers. Both consts stand in src/kernels/conv3x3-strips.ts as well.

const PIXELS = 512u;
const PARTIAL = 2097152u;

// Of `rows` rows of `Q` pixels, when a strip leaves `elements` sums.
fn rowsOfStrip(rows: u32, Q: u32, elements: u32) -> u32 {
  let most = max(1u, PARTIAL / elements);          // strips
  return max(max(1u, PIXELS / Q), (rows + most - 1u) / most);
}
