// Writes a labelled set of drawings as JPEG files, one folder for each class.

import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { VggpuError } from '../../errors.js';
import type { DrawnClass } from './classes.js';
import { createRandom } from './random.js';
import { renderJpeg } from './render.js';

export interface DrawSetOptions {
  readonly classes: readonly DrawnClass[];
  /** Pictures of each class. */
  readonly perClass: number;
  /** Pictures depend on the seed, their class and their number only: a larger set begins with the smaller one. */
  readonly seed: number;
  /** JPEG quality; where left out, 70 to 95 by chance. */
  readonly quality?: number;
  /** Size in pixels; where left out, each drawing's own, 210 to 312. */
  readonly width?: number;
  readonly height?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface DrawnSet {
  readonly folder: string;
  /** Pictures written, by class name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
}

/** Pictures rendered at a time: enough to keep the renderer's threads busy. */
const AT_A_TIME = 4;

/**
 * Draws `<folder>/<class>/<class>.<n>.jpg`. The pictures are made in `<folder>.unfinished`, which takes its final name when
 * complete; a folder that exists is never written into.
 */
export async function drawSet(folder: string, options: DrawSetOptions): Promise<DrawnSet> {
  const { classes, perClass, seed, onProgress } = options;
  check(options);
  const target = resolve(folder);
  if (await exists(target)) {
    throw new VggpuError('output', `${target} exists already: name a new folder for the drawings, or remove that one.`);
  }
  const unfinished = `${target}.unfinished`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(dirname(target), { recursive: true });
    for (const { name } of classes) await mkdir(join(unfinished, name), { recursive: true });
    const total = classes.length * perClass;
    for (let start = 0; start < total; start += AT_A_TIME) {
      const end = Math.min(total, start + AT_A_TIME);
      const batch = Array.from({ length: end - start }, async (_, i) => {
        const number = Math.floor((start + i) / classes.length);
        const drawnClass = classes[(start + i) % classes.length]!;
        const file = join(unfinished, drawnClass.name, `${drawnClass.name}.${number}.jpg`);
        await writeFile(file, await drawPicture(drawnClass, seed, number, options));
      });
      await Promise.allSettled(batch); // none may write on while the folder is removed
      await Promise.all(batch);
      onProgress?.(end, total);
    }
    await rename(unfinished, target);
    return { folder: target, counts: Object.fromEntries(classes.map(({ name }) => [name, perClass])), total };
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VggpuError('output', `The drawings could not be written to ${target}: ${reason}`, { cause });
  }
}

/** Picture `number` of a class, as the bytes of a JPEG. */
export async function drawPicture(
  drawnClass: DrawnClass,
  seed: number,
  number: number,
  size: { readonly quality?: number; readonly width?: number; readonly height?: number } = {},
): Promise<Buffer> {
  const random = createRandom(`${seed}/${drawnClass.name}/${number}`);
  const svg = drawnClass.draw(random);
  return renderJpeg(svg, { ...size, quality: size.quality ?? random.integer(70, 95) });
}

function check({ classes, perClass, seed }: DrawSetOptions): void {
  if (classes.length === 0 || new Set(classes.map(({ name }) => name)).size !== classes.length) {
    throw new VggpuError('usage', 'A set of drawings needs at least one class, and no class twice.');
  }
  if (!Number.isInteger(perClass) || perClass < 1) {
    throw new VggpuError('usage', `A set of drawings needs at least 1 picture of each class, not ${perClass}.`);
  }
  if (!Number.isInteger(seed))
    throw new VggpuError('usage', `The seed of a set of drawings is a whole number, not ${seed}.`);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
