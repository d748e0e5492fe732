// The only source of chance in the drawings: a seeded stream of numbers, the same on every machine for ever.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { skipN } from 'pure-rand/utils/skipN';

/** A stream of random values; every call moves it on. */
export interface Random {
  /** A number in [low, high). */
  uniform(low: number, high: number): number;
  /** A whole number from low to high, both included. */
  integer(low: number, high: number): number;
  /** One of the items, all equally likely. */
  pick<Item>(items: readonly Item[]): Item;
  /** True with the given probability. */
  chance(probability: number): boolean;
}

/** Starts the stream that belongs to a seed: a number, or a text such as `7/cat/12`. */
export function createRandom(seed: number | string): Random {
  const generator = xoroshiro128plus(hash(String(seed)));
  skipN(generator, 16); // seeds that share most bits give alike first values
  const uniform = (low: number, high: number) => low + (high - low) * uniformFloat64(generator);
  const integer = (low: number, high: number) => uniformInt(generator, low, high);
  return {
    uniform,
    integer,
    pick: <Item>(items: readonly Item[]) => items[integer(0, items.length - 1)]!,
    chance: (probability) => uniform(0, 1) < probability,
  };
}

/** FNV-1a over the text, then MurmurHash3's finaliser, so that neighbouring seeds lie far apart. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) | 0;
}
