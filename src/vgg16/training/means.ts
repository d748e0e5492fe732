// Running means over pictures of batches of any size.

/** Loss in nats a picture, accuracy in 0..1. */
export interface Means {
  readonly loss: number;
  readonly acc: number;
}

/** What the means are made of: enough to go on from. */
export interface Sums {
  readonly pictures: number;
  /** Sum of the pictures' losses. */
  readonly loss: number;
  /** Pictures predicted rightly. */
  readonly correct: number;
}

export const NOTHING: Sums = { pictures: 0, loss: 0, correct: 0 };

/** @param from sums to go on from */
export function createMeans(from: Sums = NOTHING) {
  let { pictures, loss, correct } = from;
  return {
    add(count: number, batchLoss: number, batchCorrect: number): void {
      pictures += count;
      loss += batchLoss * count;
      correct += batchCorrect;
    },
    count: () => pictures,
    sums: (): Sums => ({ pictures, loss, correct }),
    values: (): Means => ({ loss: loss / pictures, acc: correct / pictures }),
  };
}
