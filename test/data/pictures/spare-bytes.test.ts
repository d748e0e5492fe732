// Bytes that go from one picture to a later one.
import { expect, it } from 'vitest';
import { createSpareBytes } from '../../../src/data/pictures/spare-bytes.js';

it('spare bytes are no more than were taken', () => {
  const spare = createSpareBytes();
  const [made, own] = [new Uint8Array(8), spare.take(8)];
  spare.give(own);
  spare.give(made);
  const [first, second, other] = [spare.take(8), spare.take(8), spare.take(4)];
  expect([first === own, second === made, other.length]).toEqual([true, false, 4]);
  spare.give(other);
  expect([spare.take(8) === own, spare.take(4) === other]).toEqual([false, true]);
});
