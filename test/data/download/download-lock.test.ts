// Several downloads of one file at once: one of them works, and what a killed one left is taken over.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { lockDownload } from '../../../src/data/download/download-lock.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { content, expected, useDownloads } from './harness.js';
import { file, slowly } from './server.js';

const downloads = await useDownloads();
const folder = temporaryFolder();
const forever = new AbortController().signal;
const take = (path: string) => lockDownload(path, { signal: forever, onWait: () => undefined });

/** The number of a process that has ended. */
const ended = () => spawnSync(process.execPath, ['-e', '']).pid;

it('four downloads at once ask the server once', async () => {
  downloads.server.rest = file(content, undefined, slowly(100_000, 50));
  const first = downloads.get(expected);
  await vi.waitUntil(() => downloads.server.requests.length === 1, { interval: 5 });
  const results = await Promise.all([first, ...[2, 3, 4].map(() => downloads.get(expected))]);
  expect(results.map(({ downloaded }) => downloaded).sort()).toEqual([false, false, false, true]);
  expect(downloads.server.requests).toHaveLength(1);
  downloads.expectLanded();
  expect(downloads.said).toHaveLength(3);
  expect(downloads.said[0]).toContain(`Waiting for another process (${process.pid}) that is downloading`);
});

it('who waits can be stopped', async () => {
  downloads.server.rest = file(content, undefined, slowly(100_000, 100));
  const first = downloads.get();
  await vi.waitUntil(() => downloads.server.requests.length === 1, { interval: 5 });
  const stop = new AbortController();
  const second = downloads.get({ signal: stop.signal, say: () => stop.abort() });
  await expect(second).rejects.toMatchObject({ name: 'AbortError' });
  await first;
  downloads.expectLanded();
});

it('takes over from a process that was killed, and from an earlier one with its own number', async () => {
  for (const pid of [ended(), process.pid]) {
    downloads.renew();
    mkdirSync(downloads.folder);
    const owner = { pid, host: hostname(), token: 'of another' };
    writeFileSync(`${downloads.target}.part.lock`, JSON.stringify(owner));
    await downloads.get(expected);
    downloads.expectLanded();
  }
});

it('of many that take over at once, one has it at a time', async () => {
  const path = join(folder, 'contended');
  writeFileSync(path, JSON.stringify({ pid: ended(), host: hostname(), token: 'of another' }));
  let inside = 0;
  let most = 0;
  const work = async () => {
    const lock = await take(path);
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inside--;
    await lock.release();
  };
  await Promise.all([1, 2, 3, 4].map(work));
  expect(most).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

it('takes over although one that wanted to was killed over it', async () => {
  const path = join(folder, 'twice');
  writeFileSync(path, JSON.stringify({ pid: ended(), host: hostname(), token: 'of another' }));
  writeFileSync(`${path}.removal`, '');
  const long = new Date(Date.now() - 60_000);
  utimesSync(`${path}.removal`, long, long);
  await (await take(path)).release();
  expect(readdirSync(folder)).toEqual([]);
});

it('waits for a process of another machine as long as it touches the lock', async () => {
  const path = join(folder, 'remote');
  writeFileSync(path, JSON.stringify({ pid: 1, host: `not-${hostname()}`, token: 'of another' }));
  const seen: (number | undefined)[] = [];
  const stop = new AbortController();
  const waiting = lockDownload(path, {
    signal: stop.signal,
    onWait(process) {
      seen.push(process);
      utimesSync(path, new Date(), new Date());
      if (seen.length === 3) stop.abort();
    },
  });
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  expect(seen).toEqual([undefined, undefined, undefined]);
});

it('notices that it was taken away, and then leaves the new one alone', async () => {
  const path = join(folder, 'stolen');
  const lock = await take(path);
  writeFileSync(path, 'of another');
  await new Promise((resolve) => lock.lost.addEventListener('abort', resolve));
  expect(lock.lost.reason).toMatchObject({ code: 'output', message: expect.stringContaining('has taken over') });
  await lock.release();
  expect(readFileSync(path, 'utf8')).toBe('of another');
});
