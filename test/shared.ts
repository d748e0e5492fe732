// What lies beside the project for tests: real data, and a Python that reads and writes Keras' files.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { it } from 'vitest';

export const SHARED = resolve(import.meta.dirname, '../../shared');

/** `it` where what it needs is there; otherwise a skipped test, with a line that says so. */
export function itWith(present: boolean, missing: string): typeof it | typeof it.skip {
  if (!present) console.warn(`skipped: ${missing} is not there`);
  return present ? it : it.skip;
}

export const hasShared = (path: string): boolean => existsSync(join(SHARED, path));

/** A Python with numpy and h5py, or undefined. */
export const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import numpy, h5py']).status === 0,
);

/** Runs Python and returns what it printed. */
export function runPython(...parameters: string[]): string {
  const { status, stdout, stderr } = spawnSync(python ?? 'python3', parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`python failed: ${stderr}`);
  return stdout;
}
