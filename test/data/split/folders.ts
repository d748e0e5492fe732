// Small sets of pictures for the tests of the split, and what is in a folder afterwards.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type SplitOptions, splitPictures } from '../../../src/data/split/split-pictures.js';
import { temporaryFolder } from '../../temporary-folder.js';

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

/** Pictures that the small options divide, and into what. */
export const pictures = catsAndDogs(15);
export const counts = {
  train: { cats: 12, dogs: 12 },
  valid: { cats: 3, dogs: 3 },
  'sample/train': { cats: 2, dogs: 2 },
  'sample/valid': { cats: 1, dogs: 1 },
  test: {},
};

export const split = (sources: string[], out: string, more?: Partial<SplitOptions>) =>
  splitPictures(options(sources, out, more));

/** @returns what gives a path that is not there yet, below a folder that is removed after the tests of the file */
export function freshPaths(): (name: string) => string {
  const base = temporaryFolder();
  let made = 0;
  return (name) => join(base, `${made++}`, name);
}
