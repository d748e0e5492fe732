// The split as a whole: sources in; train, valid, samples and a test set out. A run that was stopped goes on where it was.

import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VggpuError } from '../../errors.js';
import { compareCodePoints } from '../pictures/picture-files.js';
import { openFolder } from './folder-source.js';
import { FILES_IN_FLIGHT, forEachInFlight } from './in-flight.js';
import { type Placement, type Placing, placePicture } from './place.js';
import { SETS, type SetName, type SplitSettings, setAndClass } from './plan.js';
import { readPlan } from './plan-file.js';
import { type Member, type Parts, planParts, withMoved } from './plan-parts.js';
import { prepareTarget } from './prepare-target.js';
import type { Source } from './source.js';
import { assertApart } from './target-folders.js';
import { openZip } from './zip-source.js';

/** What to split, and how. */
export interface SplitOptions extends SplitSettings {
  /** Folders and zip archives. */
  sources: readonly string[];
  /** The folder that gets `train`, `valid`, `sample` and `test`. */
  out: string;
  /** How pictures come from folders; those in archives are unpacked. */
  placing: Placing;
  /** Called when the plan stands, before the first file is written. */
  onStart?(pictures: number): void;
  /** Called after every picture. */
  onProgress?(done: number, total: number): void;
}

/** What a split made. */
export interface SplitResult {
  /** Pictures in each class of each set that this run was about. */
  counts: Record<SetName, Record<string, number>>;
  /** Files that are no pictures by their names, and links that lead nowhere. */
  leftOut: string[];
  /** Hidden files and folders, and such as Thumbs.db, that were passed over. */
  hidden: number;
  /** Pictures that a run before this one had put there already. */
  already: number;
  /** Files that could not be linked and were copied. */
  copiedInstead: number;
}

/**
 * Splits pictures into training and validation, with samples of both, as fast.ai's courses do; pictures without a class become
 * `test/unknown`. The plan is written before the first picture, and a second run goes on by it; files that a plan does not name
 * are never written over or removed.
 *
 * @throws VggpuError `usage` for settings, folders or a second run that do not fit; `pictures` for sources that cannot be read
 *   or sorted; `output` for what is in the way or cannot be written
 */
export async function splitPictures(options: SplitOptions): Promise<SplitResult> {
  if (options.sources.length === 0)
    throw new VggpuError('usage', 'Name at least one SOURCE: a folder or a zip archive.');
  await assertApart(options.sources, options.out);
  const sources: Source[] = [];
  try {
    for (const path of options.sources) sources.push(await openSource(path));
    if (options.placing === 'move') assertMovable(sources);
    return await split(sources, options);
  } finally {
    for (const source of sources) source.close();
  }
}

async function openSource(path: string): Promise<Source> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const wrong = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`;
    throw new VggpuError('pictures', `${path} ${wrong}. A folder or a zip archive of pictures was expected there.`);
  });
  return found.isDirectory() ? openFolder(path) : openZip(path);
}

function assertMovable(sources: readonly Source[]): void {
  for (const { unmovable } of sources) {
    if (unmovable) {
      throw new VggpuError(
        'usage',
        `--move takes only pictures that lie in a folder, but ${unmovable}. Use --copy or --link.`,
      );
    }
  }
}

async function split(sources: readonly Source[], options: SplitOptions): Promise<SplitResult> {
  const { out, placing, valid, sampleTrain, sampleValid, seed, stratify } = options;
  const begun = await readPlan(out);
  const members: Member[] = [];
  for (const source of sources) members.push(await withMoved(source, await realpath(source.path), begun, out));
  const parts = planParts(members, { valid, sampleTrain, sampleValid, seed, stratify }, placing);
  const bySource = new Map(members.map(({ path, source }) => [path, source]));
  const placementsOf = (kind: keyof Parts): Placement[] =>
    parts[kind]?.pictures.map((picture) => ({
      ...picture,
      source: bySource.get(parts[kind]!.sources[picture.source]!)!,
    })) ?? [];

  const present = await prepareTarget(out, parts, begun, placementsOf);
  const placements = [...placementsOf('training'), ...placementsOf('test')];
  options.onStart?.(placements.length);
  const result = { already: 0, copiedInstead: 0 };
  const target = { folder: out, placing, present, onCopyInstead: () => result.copiedInstead++ };
  let done = 0;
  await forEachInFlight(placements, FILES_IN_FLIGHT, async (picture) => {
    if (!(await placePicture(picture, target))) result.already++;
    options.onProgress?.(++done, placements.length);
  });
  return {
    ...result,
    counts: countPlaces(placements.flatMap(({ places }) => places)),
    leftOut: sources.flatMap(({ path, leftOut }) => leftOut.map((name) => join(path, name))),
    hidden: sources.reduce((sum, { hidden }) => sum + hidden, 0),
  };
}

function countPlaces(places: readonly string[]): SplitResult['counts'] {
  const counts = new Map<SetName, Map<string, number>>(SETS.map((set) => [set, new Map()]));
  for (const place of places) {
    const { set, name } = setAndClass(place);
    const classes = counts.get(set)!;
    classes.set(name, (classes.get(name) ?? 0) + 1);
  }
  const sorted = (classes: Map<string, number>) => [...classes].sort(([a], [b]) => compareCodePoints(a, b));
  return Object.fromEntries(
    [...counts].map(([set, classes]) => [set, Object.fromEntries(sorted(classes))]),
  ) as SplitResult['counts'];
}
