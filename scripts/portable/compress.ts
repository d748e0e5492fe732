// Makes a compressed tar of a folder, whole or not at all.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

export type Format = 'xz' | 'gz';

export const hasXz = (): boolean => spawnSync('xz', ['--version']).status === 0;

/**
 * Packs `folder/name` as `out`, owned by nobody in particular.
 * @param preset 0 (fast) to 9 (small)
 */
export async function compress(
  folder: string,
  name: string,
  out: string,
  format: Format,
  preset: number,
): Promise<void> {
  const partial = `${out}.${process.pid}`;
  const owner = ['--owner=0', '--group=0', '--numeric-owner', '--mode=u+rwX,go=rX'];
  const tar = spawn('tar', [...owner, '--sort=name', '-C', folder, '-cf', '-', name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await Promise.all([ended(tar, 'tar'), write(tar.stdout, partial, format, preset)]);
    renameSync(partial, out);
  } finally {
    tar.kill();
    rmSync(partial, { force: true });
  }
}

async function write(tar: Readable, file: string, format: Format, preset: number): Promise<void> {
  if (format === 'gz') return pipeline(tar, createGzip({ level: preset }), createWriteStream(file));
  // Most of it is x86 machine code, which packs better with its jumps made absolute.
  const xz = spawn('xz', ['--x86', `--lzma2=preset=${preset}`, '--threads=0', '--stdout'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await Promise.all([ended(xz, 'xz'), pipeline(tar, xz.stdin), pipeline(xz.stdout, createWriteStream(file))]);
}

function ended(program: ReturnType<typeof spawn>, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    program.once('error', reject);
    program.once('close', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${name} ended with ${code ?? signal}.`)),
    );
  });
}
