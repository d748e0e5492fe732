// The plan of a split, kept in its folder: a second run goes on by it, and notices when it is asked for another split.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { VggpuError } from '../../errors.js';
import { writeFileAtomic } from '../files/atomic-file.js';
import { someOf } from '../some-of.js';
import { SETS, setAndClass } from './plan.js';

const PLAN_FILE = '.vggpu-split.json';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Somewhere below the folder of the split, and nowhere else. */
const place = v.pipe(
  v.string(),
  v.check((path) => SETS.some((set) => path.startsWith(`${set}/`)) && !path.split('/').includes('..')),
);

const part = v.object({
  /** How the pictures come from their sources. */
  placing: v.picklist(['copy', 'link', 'move']),
  /** What decides the split; a test set is not split. */
  settings: v.optional(
    v.object({
      valid: count,
      sampleTrain: count,
      sampleValid: count,
      seed: v.pipe(v.number(), v.safeInteger()),
      stratify: v.boolean(),
    }),
  ),
  /** Absolute paths. */
  sources: v.array(v.string()),
  pictures: v.array(
    v.object({
      /** Index into `sources`. */
      source: count,
      /** Path below the source. */
      name: v.string(),
      /** Bytes. */
      size: count,
      /** Paths below the folder of the split: of the picture, and of its copy in a sample. */
      places: v.pipe(v.array(place), v.minLength(1)),
    }),
  ),
});

const plan = v.object({
  /** Of this file's layout and of how sets are drawn. */
  version: v.literal(1),
  training: v.optional(part),
  test: v.optional(part),
});

/** The labelled pictures of a split, or its test set. */
export type PlanPart = v.InferOutput<typeof part>;

/** Everything that was split into a folder. */
export type Plan = v.InferOutput<typeof plan>;

/** @throws VggpuError `output` where the folder's plan cannot be read or is no plan @returns undefined where there is none */
export async function readPlan(folder: string): Promise<Plan | undefined> {
  const path = join(folder, PLAN_FILE);
  try {
    return v.parse(plan, JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const what = code ? `cannot be read (${code})` : 'is damaged, or another version of vggpu wrote it';
    throw new VggpuError('output', `The plan of the split, ${path}, ${what}. Name another --out.`, { cause: error });
  }
}

/** Writes the plan whole or not at all. @throws VggpuError `output` */
export async function writePlan(folder: string, written: Plan): Promise<void> {
  await writeFileAtomic(join(folder, PLAN_FILE), JSON.stringify(written));
}

/**
 * Holds what is asked for against what was begun in a folder.
 *
 * @throws VggpuError `usage` where settings or pictures differ
 */
export function assertSamePart(begun: PlanPart, asked: PlanPart, folder: string): void {
  const difference = settingsDifference(begun, asked) ?? pictureDifference(begun, asked);
  if (difference === undefined) return;
  const advice =
    begun.placing === 'move'
      ? 'Its pictures were moved there, so do not delete it: run it with the same arguments as before, or name another --out'
      : 'Run it with the same arguments to go on, name another --out, or delete its train, valid, sample, test and .vggpu-split.json to begin anew';
  throw new VggpuError('usage', `${folder} holds another split: ${difference}. ${advice}.`);
}

function settingsDifference(begun: PlanPart, asked: PlanPart): string | undefined {
  const before = optionsOf(begun);
  const now = optionsOf(asked);
  const other = before.filter((option, i) => option !== now[i]);
  if (other.length === 0) return undefined;
  return `it was made with ${other.join(', ')}, and now it is ${now.filter((option, i) => option !== before[i]).join(', ')}`;
}

function optionsOf({ placing, settings }: PlanPart): string[] {
  if (!settings) return [`--${placing}`];
  const { valid, sampleTrain, sampleValid, seed, stratify } = settings;
  return [
    `--${placing}`,
    ...[`--valid ${valid}`, `--sample-train ${sampleTrain}`, `--sample-valid ${sampleValid}`, `--seed ${seed}`],
    stratify ? 'stratified classes' : '--no-stratify',
  ];
}

function pictureDifference(begun: PlanPart, asked: PlanPart): string | undefined {
  const before = sizesOf(begun);
  const now = sizesOf(asked);
  const lost = [...before.keys()].filter((key) => !now.has(key));
  const added = [...now.keys()].filter((key) => !before.has(key));
  const resized = [...now].filter(([key, size]) => before.has(key) && before.get(key) !== size).map(([key]) => key);
  const told = [
    lost.length > 0
      ? `${lost.length} pictures of ${someOf(begun.sources)} are not there any more (${someOf(lost)})`
      : [],
    added.length > 0 ? `${added.length} pictures are new (${someOf(added)})` : [],
    resized.length > 0 ? `${resized.length} have another size (${someOf(resized)})` : [],
  ].flat();
  if (told.length > 0) return told.join(', ');
  const places = new Set(begun.pictures.flatMap((picture) => picture.places));
  const same = asked.pictures.every((picture) => picture.places.every((path) => places.has(path)));
  return same ? undefined : 'another version of vggpu drew it';
}

/** `class/file` to bytes. */
function sizesOf({ pictures }: PlanPart): Map<string, number> {
  return new Map(pictures.map(({ places: [first], size }) => [first!.slice(setAndClass(first!).set.length + 1), size]));
}
