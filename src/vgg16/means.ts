// Running means over pictures of batches of any size.

/** Loss in nats a picture, accuracy in 0..1. */
export interface Means {
  readonly loss: number;
  readonly acc: number;
}

export function createMeans() {
  let pictures = 0;
  let loss = 0;
  let correct = 0;
  return {
    add(count: number, batchLoss: number, batchCorrect: number): void {
      pictures += count;
      loss += batchLoss * count;
      correct += batchCorrect;
    },
    count: () => pictures,
    values: (): Means => ({ loss: loss / pictures, acc: correct / pictures }),
  };
}
