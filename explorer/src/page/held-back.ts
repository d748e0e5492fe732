// Which pictures learn and which are held back to see what was learnt.
import type { LearningSet } from '../engine/learning.js';
import type { NamedPicture } from './pictures.js';

/** Pictures of a class, decoded. */
export interface FoldedClass {
  readonly name: string;
  readonly pictures: NamedPicture[];
}

/** A picture that was held back, with the number of its class. */
export interface HeldPicture {
  readonly label: number;
  readonly picture: NamedPicture;
}

/** Of so many pictures of a class, the last is held back. */
const EVERY = 5;

/** Every fifth picture of a class is held back, where it has as many. */
export function holdBack(classes: readonly FoldedClass[]) {
  const all = classes.flatMap(({ pictures }, label) =>
    pictures.map((picture, i) => ({ label, picture, held: i % EVERY === EVERY - 1 })),
  );
  const setOf = (part: readonly HeldPicture[]): LearningSet => ({
    pictures: part.map(({ picture }) => picture.picture),
    labels: part.map(({ label }) => label),
  });
  const shown: readonly HeldPicture[] = all.filter(({ held }) => held);
  return { train: setOf(all.filter(({ held }) => !held)), held: setOf(shown), shown };
}
