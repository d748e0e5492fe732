// Which pictures the report has for each cell of the confusion matrix: all of a small set, the most telling of a large one.
import { isRight, type Judgement } from './judgement.js';

/** The pictures of one cell of the confusion matrix. */
export interface Cell {
  readonly label: number;
  readonly predicted: number;
  /** How many pictures the cell counts. */
  readonly count: number;
  /** Those that are shown: of mistakes the most confident, of right ones the least confident first. */
  readonly pictures: readonly Judgement[];
}

/** How many pictures a report holds, so that its page stays a few megabytes whatever the set. */
export interface GalleryLimits {
  /** In one cell. */
  readonly perCell: number;
  /** In all cells of mistakes, and in all of right ones. */
  readonly mistakes: number;
  readonly right: number;
}

export const GALLERY_LIMITS: GalleryLimits = { perCell: 60, mistakes: 900, right: 600 };

/**
 * @param classes those that the matrix has
 * @returns the cells that count any pictures, row by row; each shows at least one
 */
export function chooseGallery(
  judgements: readonly Judgement[],
  classes: readonly number[],
  limits: GalleryLimits = GALLERY_LIMITS,
): Cell[] {
  const shown = new Set(classes);
  const cells = new Map<string, Judgement[]>();
  for (const judgement of judgements) {
    if (!shown.has(judgement.label) || !shown.has(judgement.predicted)) continue;
    const key = `${judgement.label} ${judgement.predicted}`;
    const own = cells.get(key);
    if (own) own.push(judgement);
    else cells.set(key, [judgement]);
  }
  const lists = [...cells.values()];
  const share = (of: readonly Judgement[][], room: number) =>
    new Map(
      shareRoom(
        of.map(({ length }) => Math.min(length, limits.perCell)),
        room,
      ).map((most, i) => [of[i]!, most]),
    );
  const room = new Map([
    ...share(
      lists.filter(([first]) => !isRight(first!)),
      limits.mistakes,
    ),
    ...share(
      lists.filter(([first]) => isRight(first!)),
      limits.right,
    ),
  ]);
  return lists
    .map((list) => {
      const { label, predicted } = list[0]!;
      const order = label === predicted ? 1 : -1;
      const pictures = list.toSorted((a, b) => order * (a.confidence - b.confidence)).slice(0, room.get(list));
      return { label, predicted, count: list.length, pictures };
    })
    .sort((a, b) => a.label - b.label || a.predicted - b.predicted);
}

/** Gives everybody what they want, or, where that is too much, the same to all who want more than it. */
function shareRoom(wanted: readonly number[], room: number): number[] {
  const given = wanted.map(() => 0);
  let left = room;
  const bySize = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  for (const [done, i] of bySize.entries()) {
    given[i] = Math.min(wanted[i]!, Math.max(1, Math.floor(left / (bySize.length - done))));
    left -= given[i];
  }
  return given;
}
