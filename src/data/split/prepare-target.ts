// Before the first picture is written: the folder is held against the plan, the plan is kept in it, and its folders are made.

import { lstat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { VggpuError } from '../../errors.js';
import { freeBytes, makeFolder } from '../files/atomic-file.js';
import { FILES_IN_FLIGHT, forEachInFlight } from './in-flight.js';
import { checksumThere, type Placement } from './place.js';
import { assertSamePart, type Plan, writePlan } from './plan-file.js';
import { assertDistinctWithoutCase, type Parts } from './plan-parts.js';
import { ignoresCase, inTheWay, listPresent } from './target-folders.js';

/**
 * Makes a folder ready for a split, or for going on with one.
 *
 * @param parts what is asked for @param begun the folder's plan, if it has one
 * @param placementsOf a part's pictures with their open sources
 * @returns the places that are taken: by a run before this one, or by files that hold the very same bytes
 * @throws VggpuError `usage` where another split was begun there; `output` where a file that is none of this split's is in
 *   the way, there is no room, or nothing can be written; `pictures` where two pictures would be one file there
 */
export async function prepareTarget(
  out: string,
  parts: Parts,
  begun: Plan | undefined,
  placementsOf: (kind: keyof Parts) => readonly Placement[],
): Promise<Set<string>> {
  const kinds = (['training', 'test'] as const).filter((kind) => parts[kind]);
  for (const kind of kinds) {
    if (begun?.[kind]) assertSamePart(begun[kind], parts[kind]!, out);
  }
  await makeFolder(out);
  if (await ignoresCase(out)) assertDistinctWithoutCase(parts);
  const all = kinds.flatMap(placementsOf);
  const folders = new Set(all.flatMap(({ places }) => places.map((place) => posix.dirname(place))));
  const present = await listPresent(out, ['', ...folders]);
  await assertRoom(out, all, present);
  const fresh = kinds.filter((kind) => !begun?.[kind]);
  await forEachInFlight(fresh.flatMap(placementsOf), FILES_IN_FLIGHT, (placement) =>
    assertOwn(placement, out, present),
  );
  if (fresh.length > 0) await writePlan(out, { version: 1, ...begun, ...parts });
  for (const folder of folders) await makeFolder(join(out, folder));
  return present;
}

/** A file that was there before the plan may stay in its place if it holds what would be written. */
async function assertOwn({ source, name, size, places }: Placement, out: string, present: Set<string>): Promise<void> {
  for (const place of places) {
    if (!present.has(place)) continue;
    const path = join(out, place);
    const found = await lstat(path);
    const alike = found.isFile() && found.size === size;
    if (alike && (await checksumThere(path)) === (await source.checksum(name))) continue;
    throw inTheWay(path, `something other than ${name} of ${source.path}`);
  }
}

/** Archives say what they take; copies may take nothing, on disks that share blocks between them. */
async function assertRoom(out: string, placements: readonly Placement[], present: Set<string>): Promise<void> {
  const needed = placements
    .filter(({ source, places }) => source.kind === 'zip' && !present.has(places[0]!))
    .reduce((sum, { size }) => sum + size, 0);
  const free = await freeBytes(out);
  if (needed <= free) return;
  throw new VggpuError(
    'output',
    `Cannot unpack into ${out}: ${Math.ceil(needed / 1e6)} MB are needed, and ${Math.floor(free / 1e6)} MB are free. ` +
      'Free some, or name a folder on another disk.',
  );
}
