// Where the project's files are, from the sources as from a bundle: the one module of the bench that looks for them.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that has the shaders: this file's, or one above it. */
export const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

export const VGG_MINI = join(ROOT, 'models/vgg-mini.h5');

/** Loads a CommonJS package from the project's packages. */
export const requirePackage = createRequire(join(ROOT, 'package.json'));

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'shaders')) && existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`No folder above ${from} has the project's shaders.`);
  }
}

/** A package's version; the project's own without a name. */
export function versionOf(name?: string): string {
  const file = name === undefined ? join(ROOT, 'package.json') : requirePackage.resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** VGGPU_COMMIT, or the commit of this checkout, with a plus where files differ from it; null where neither is known. */
export function commit(): string | null {
  if (process.env.VGGPU_COMMIT) return process.env.VGGPU_COMMIT;
  const git = (...parameters: string[]) =>
    execFileSync('git', parameters, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '');
  } catch {
    return null;
  }
}
