// Where every picture goes: a pure function of the pictures' names and the settings, the same on every machine.

import { VggpuError } from '../../errors.js';
import { epochOrder } from '../pictures/batches.js';
import { compareCodePoints } from '../pictures/picture-files.js';

/** The sets that a split makes, as folders below its own. */
export const SETS = ['train', 'valid', 'sample/train', 'sample/valid', 'test'] as const;
export type SetName = (typeof SETS)[number];

/** What decides a split, beside the pictures' names. */
export interface SplitSettings {
  /** How many pictures are held back for validation. */
  valid: number;
  /** How many of the training pictures go into the sample too; 0 for none. */
  sampleTrain: number;
  /** How many of the validation pictures go into the sample too; 0 for none. */
  sampleValid: number;
  /** An integer. */
  seed: number;
  /** Whether each class gets its share of every set; otherwise chance decides. */
  stratify: boolean;
}

/** Pictures by class; each is `class/file`. */
type ByClass = ReadonlyMap<string, readonly string[]>;

/**
 * Divides labelled pictures into training and validation, and draws the samples, as fast.ai's courses do. Each set is drawn
 * from a seeded order (Fisher and Yates) of all names, sorted; with `stratify` the classes' shares are rounded by largest
 * remainder, so that they add up to exactly what was asked for. Every class keeps a picture for training.
 *
 * @param keys `class/file`, in any order, each once
 * @returns for each key its places, such as `valid/cats/cat.0.jpg`: first the one in train or valid, then one in a sample
 * @throws VggpuError `usage` where a number is no whole number from 0, or a set asks for more pictures than there are
 */
export function planTraining(keys: readonly string[], settings: SplitSettings): Map<string, string[]> {
  const { valid, sampleTrain, sampleValid } = settings;
  assertCounts(settings);
  const all = groupByClass(keys);
  const most = keys.length - all.size;
  if (valid > most) {
    const kept = 'since every class keeps one for training';
    const advice = most > 0 ? ` Give a smaller number, such as --valid ${Math.ceil(keys.length / 5)}.` : '';
    throw new VggpuError(
      'usage',
      `--valid ${valid} is too many: there are ${keys.length} pictures in ${all.size} classes, of which at most ${most} ` +
        `can be held back, ${kept}.${advice}`,
    );
  }
  const held = draw(all, valid, 0, settings, 1);
  const rest = keys.filter((key) => !held.has(key));
  assertEnough('--sample-train', sampleTrain, 'train', rest.length);
  assertEnough('--sample-valid', sampleValid, 'valid', valid);
  const sampled = new Set([
    ...draw(groupByClass(rest), sampleTrain, 1, settings),
    ...draw(groupByClass([...held]), sampleValid, 2, settings),
  ]);
  return new Map(
    keys.map((key) => {
      const set = held.has(key) ? 'valid' : 'train';
      return [key, sampled.has(key) ? [`${set}/${key}`, `sample/${set}/${key}`] : [`${set}/${key}`]];
    }),
  );
}

/** @returns for each key of a test set its one place, such as `test/unknown/1.jpg` */
export function planTest(keys: readonly string[]): Map<string, string[]> {
  return new Map(keys.map((key) => [key, [`test/${key}`]]));
}

/** @returns the set that a place belongs to, and the class in it */
export function setAndClass(place: string): { set: SetName; name: string } {
  const set = SETS.find((candidate) => place.startsWith(`${candidate}/`))!;
  return { set, name: place.slice(set.length + 1, place.indexOf('/', set.length + 1)) };
}

/**
 * The shares of the classes in a set: proportional, rounded by largest remainder, none above its limit.
 *
 * @param sizes pictures of each class
 * @param count how many are drawn, at most the sum of the limits
 * @param kept how many of each class stay out
 */
export function proportionalShares(sizes: readonly number[], count: number, kept = 0): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shares = sizes.map((size) => Math.min(size - kept, Math.floor((count * size) / Math.max(1, total))));
  const byRemainder = [...sizes.keys()].sort(
    (a, b) => ((count * sizes[b]!) % total) - ((count * sizes[a]!) % total) || a - b,
  );
  let left = count - shares.reduce((sum, share) => sum + share, 0);
  while (left > 0) {
    for (const i of byRemainder) {
      if (left === 0 || shares[i]! >= sizes[i]! - kept) continue;
      shares[i]!++;
      left--;
    }
  }
  return shares;
}

/** Draws `count` pictures. @param stream tells the draws of one split apart @param kept how many of each class stay out */
function draw(classes: ByClass, count: number, stream: number, settings: SplitSettings, kept = 0): Set<string> {
  const { seed, stratify } = settings;
  const sizes = [...classes.values()].map((names) => names.length);
  const shares = stratify ? proportionalShares(sizes, count, kept) : sizes.map((size) => size - kept);
  const room = new Map([...classes.keys()].map((name, i) => [name, shares[i]!]));
  const names = [...classes.values()].flat().sort(compareCodePoints);
  const drawn = new Set<string>();
  for (const position of epochOrder(names.length, { seed, epoch: stream, shuffle: true })) {
    if (drawn.size === count) break;
    const key = names[position]!;
    const left = room.get(classOf(key))!;
    if (left === 0) continue;
    room.set(classOf(key), left - 1);
    drawn.add(key);
  }
  return drawn;
}

function groupByClass(keys: readonly string[]): ByClass {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const group = groups.get(classOf(key));
    if (group) group.push(key);
    else groups.set(classOf(key), [key]);
  }
  return new Map([...groups].sort(([a], [b]) => compareCodePoints(a, b)));
}

function classOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

function assertCounts({ valid, sampleTrain, sampleValid }: SplitSettings): void {
  for (const [name, count] of Object.entries({
    '--valid': valid,
    '--sample-train': sampleTrain,
    '--sample-valid': sampleValid,
  })) {
    if (Number.isSafeInteger(count) && count >= 0) continue;
    throw new VggpuError('usage', `${name} must be a whole number from 0, not ${count}.`);
  }
}

function assertEnough(option: string, asked: number, set: string, there: number): void {
  if (asked <= there) return;
  throw new VggpuError(
    'usage',
    `${option} ${asked} is too many: ${set} has ${there} pictures to draw from. Give a smaller number; 0 leaves it out.`,
  );
}
