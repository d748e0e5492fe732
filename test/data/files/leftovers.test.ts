// What killed runs leave beside a file: removed by the next run, and nobody else's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeLeftovers, replaceFile } from '../../../src/data/files/atomic-file.js';
import { temporaryFolder } from '../../temporary-folder.js';

/** Starts to write a file and never ends. */
const WRITER = `
import { writeFileSync } from 'node:fs';
import { replaceFile } from './src/data/files/atomic-file.ts';
await replaceFile(process.argv[1], async (temporary) => {
  writeFileSync(temporary, 'half of the n');
  console.log('writing');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});`;

async function startWriter(path: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', WRITER, path], {
    cwd: join(import.meta.dirname, '../../..'),
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

it('a killed run leaves the old file whole; its temporary file goes with the next run, a living one stays', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'preds.csv');
  writeFileSync(path, 'old');
  const child = await startWriter(path);
  try {
    expect(await removeLeftovers(path)).toBe(0);
    expect(readdirSync(folder)).toHaveLength(2);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toHaveLength(2);
  expect(await removeLeftovers(join(folder, 'other.csv'))).toBe(0);
  expect(await removeLeftovers(path)).toBe(1);
  expect(readdirSync(folder)).toEqual(['preds.csv']);
});

it("this process's own file and another machine's stay until nothing was written to them for a day", async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'preds.csv');
  const foreign = join(folder, '.preds.csv.000000-99999999-0123456789ab.tmp');
  const alike = join(folder, '.preds.csv.backup.tmp');
  writeFileSync(alike, '');
  utimesSync(alike, 0, 0);
  writeFileSync(foreign, '');
  await replaceFile(path, async (temporary) => {
    writeFileSync(temporary, 'new');
    expect(await removeLeftovers(path)).toBe(0);
  });
  expect(readFileSync(path, 'utf8')).toBe('new');
  utimesSync(foreign, new Date(), new Date(Date.now() - 25 * 3600 * 1000));
  expect(await removeLeftovers(path)).toBe(1);
  expect(readdirSync(folder).sort()).toEqual(['.preds.csv.backup.tmp', 'preds.csv']);
});
