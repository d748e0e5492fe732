// Philox on the CPU against its reference.
import { expect, it } from 'vitest';
import { philox, unitFloats } from '../../src/nn/philox.js';
import { seeded } from '../random.js';
import * as reference from '../reference/random.js';

it('Philox draws the same words as with whole 64-bit products', () => {
  const random = seeded(1);
  for (let i = 0; i < 50; i++) {
    const [a, b, c, d, k, l] = Array.from({ length: 6 }, () => random.integer(0, 2 ** 32)) as [
      ...[number, number, number, number],
      ...[number, number],
    ];
    expect(philox([a, b, c, d], [k, l])).toEqual(reference.philox([a, b, c, d], [k, l]));
  }
  expect(unitFloats([0, 0xffffffff])).toEqual([0, 1 - 2 ** -24]);
});
