// Where transformed tiles and filters lie in sheets: what a product reads one after the other is one stretch of texels.

const TOGETHER = 32u;                              // tiles that lie side by side
const ABREAST = 8u;                                // vectors of filters that do

// Texels of an element of V, (T / TOGETHER, C / 4, TOGETHER).
fn texelsOfTiles(tiles: u32, channels4: u32) -> u32 { return (tiles + TOGETHER - 1u) / TOGETHER * TOGETHER * channels4; }

// Where in its element a tile has its four channels.
fn placeOfTile(tile: u32, channel4: u32, channels4: u32) -> u32 {
  return (tile / TOGETHER * channels4 + channel4) * TOGETHER + tile % TOGETHER;
}

// Texels of an element of U, (outer / ABREAST, inner, ABREAST); `outer` counts vec4.
fn texelsOfFilters(inner: u32, outer: u32) -> u32 { return (outer + ABREAST - 1u) / ABREAST * ABREAST * inner; }

// Where in its element a filter has four factors.
fn placeOfFilter(i: u32, o: u32, inner: u32) -> u32 { return (o / ABREAST * inner + i) * ABREAST + o % ABREAST; }
