// Grids of workgroups: how many are needed, and how a long row of them folds into two dimensions.

/** Workgroups in x, y and z. */
export type Grid = readonly [x: number, y?: number, z?: number];

/** WebGPU lets every device take this many workgroups in one dimension. */
const MOST_GROUPS = 65_535;

/** The smallest whole number of `size`-sized pieces that cover `count`. */
export function pieces(count: number, size: number): number {
  return Math.ceil(count / size);
}

/**
 * A grid for `count` invocations along one flat index. Past 65,535 groups it folds into y, so a shader computes
 * `i = id.x + id.y * groups.x * WORKGROUP` and returns where `i >= count`.
 */
export function flat(count: number, workgroup: number): readonly [x: number, y: number] {
  const groups = pieces(count, workgroup);
  const y = Math.max(1, pieces(groups, MOST_GROUPS));
  return [pieces(groups, y), y];
}
