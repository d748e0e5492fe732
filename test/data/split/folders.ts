// Small sets of pictures for the tests of the split, and what is in a folder afterwards.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SplitOptions } from '../../../src/data/split/split-pictures.js';

/** Writes files by path; their content is their path, unless it is given. */
export function writeFiles(root: string, files: readonly string[] | Record<string, string>): string {
  const entries = Array.isArray(files) ? files.map((name) => [name, `picture ${name}`]) : Object.entries(files);
  mkdirSync(root, { recursive: true });
  for (const [name, content] of entries) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** `cat.0.jpg` to `dog.N.jpg`, as Kaggle names them. */
export const catsAndDogs = (each: number): string[] =>
  ['cat', 'dog'].flatMap((name) => Array.from({ length: each }, (_, i) => `${name}.${i}.jpg`));

/** Every file below a folder, hidden ones too but for the plan, with its content. */
export function tree(root: string): Record<string, string> {
  if (!existsSync(root)) return {};
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names
      .filter((name) => name !== '.vggpu-split.json' && statSync(join(root, name)).isFile())
      .map((name) => [name, readFileSync(join(root, name), 'latin1')]),
  );
}

/** Options for a set of a few dozen pictures. */
export const small = { valid: 6, sampleTrain: 4, sampleValid: 2, seed: 42, stratify: true, placing: 'copy' } as const;

export const options = (sources: readonly string[], out: string, more: Partial<SplitOptions> = {}): SplitOptions => ({
  ...small,
  ...{ sources, out },
  ...more,
});

/** The code and message of what a promise fails with. */
export const failure = (run: Promise<unknown>): Promise<string | undefined> =>
  run.then(
    () => undefined,
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  );
