// From open sources to the parts of a plan: which pictures are labelled, what a stopped move has taken already, which clash.

import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { VggpuError } from '../../errors.js';
import { someOf } from '../some-of.js';
import { classifyNames } from './classes-from-names.js';
import type { Placing } from './place.js';
import { planTest, planTraining, type SplitSettings, setAndClass } from './plan.js';
import type { Plan, PlanPart } from './plan-file.js';
import type { Source, SourcePicture } from './source.js';

/** A source with every picture that is or was in it. */
export interface Member {
  source: Source;
  /** Its absolute path. */
  path: string;
  pictures: readonly SourcePicture[];
}

/** What a run is to do; labelled pictures and test sets are planned apart, so that they may be split in two runs. */
export type Parts = { training?: PlanPart; test?: PlanPart };

/** @param path the source's absolute path @returns its pictures, and those that a move by `plan` has put into `folder` */
export async function withMoved(source: Source, path: string, plan: Plan | undefined, folder: string): Promise<Member> {
  const there = new Set(source.pictures.map(({ name }) => name));
  const pictures = [...source.pictures];
  for (const part of [plan?.training, plan?.test]) {
    if (part?.placing !== 'move') continue;
    const index = part.sources.indexOf(path);
    for (const { source: from, name, size, places } of part.pictures) {
      if (from !== index || there.has(name)) continue;
      const moved = await lstat(join(folder, places[0]!)).catch(() => undefined);
      if (moved?.isFile() && moved.size === size) pictures.push({ name, size });
    }
  }
  if (pictures.length === 0) throw noPictures(source);
  return { source, path, pictures };
}

/**
 * Plans every picture of the sources.
 *
 * @throws VggpuError `pictures` where classes cannot be told, or two pictures would have one place; `usage` where the settings
 *   do not fit the number of pictures
 */
export function planParts(members: readonly Member[], settings: SplitSettings, placing: Placing): Parts {
  const classified = members.map((member) => ({
    member,
    ...classifyNames(
      member.pictures.map(({ name }) => name),
      member.source.path,
    ),
  }));
  const plan = (labelled: boolean): PlanPart | undefined => {
    const chosen = classified.filter((candidate) => candidate.labelled === labelled);
    if (chosen.length === 0) return undefined;
    const pictures = chosen.flatMap(({ member, keys }, source) =>
      member.pictures.map(({ name, size }) => ({ source, name, size, key: keys.get(name)! })),
    );
    const sources = chosen.map(({ member }) => member.path);
    assertDistinct(pictures.map(({ source, name, key }) => ({ from: join(sources[source]!, name), key })));
    const keys = pictures.map(({ key }) => key);
    const places = labelled ? planTraining(keys, settings) : planTest(keys);
    return {
      placing,
      ...(labelled && { settings }),
      sources,
      pictures: pictures.map(({ key, ...picture }) => ({ ...picture, places: places.get(key)! })),
    };
  };
  const [training, test] = [plan(true), plan(false)];
  return { ...(training && { training }), ...(test && { test }) };
}

/** For a folder that takes `Cat.jpg` and `cat.jpg` for one. @throws VggpuError `pictures` where two pictures would be one file */
export function assertDistinctWithoutCase({ training, test }: Parts): void {
  for (const part of [training, test]) {
    if (!part) continue;
    const entries = part.pictures.map(({ source, name, places }) => ({
      from: join(part.sources[source]!, name),
      key: places[0]!.slice(setAndClass(places[0]!).set.length + 1),
    }));
    assertDistinct(entries, (key) => key.toLowerCase());
  }
}

function assertDistinct(entries: readonly { from: string; key: string }[], fold = (key: string) => key): void {
  const taken = new Map<string, string>();
  for (const { from, key } of entries) {
    const other = taken.get(fold(key));
    if (other !== undefined) {
      throw new VggpuError('pictures', `${other} and ${from} would both become ${key}. Rename one, or take it away.`);
    }
    taken.set(fold(key), from);
  }
}

function noPictures({ path, leftOut, hidden }: Source): VggpuError {
  const archives = leftOut.filter((name) => /\.(zip|tar|t?gz|7z|rar)$/i.test(name));
  const others = leftOut.length + hidden > 0 ? ` (${leftOut.length + hidden} other files: ${someOf(leftOut)})` : '';
  const advice = archives.length > 0 ? ` Unpack it first and give ${someOf(archives)} as SOURCE.` : '';
  return new VggpuError('pictures', `No pictures in ${path}${others}.${advice}`);
}
