// Shapes of stored arrays: how many elements they have, and how a message writes them.

/** Number of elements of an array of this shape. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A shape for people: (3, 3, 64, 128). */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
}
