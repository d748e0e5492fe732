// A zip archive of pictures as the source of a split: unpacked entry by entry, each held to its size and CRC-32.

import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { VggpuError } from '../../errors.js';
import type { Source } from './source.js';
import { damaged, readEntries } from './zip-entries.js';

/**
 * Opens an archive and checks what it says that it holds; zip64, stored and deflated entries are read.
 *
 * @throws VggpuError `pictures` where the file is no zip archive, or one of those that readEntries refuses
 */
export async function openZip(path: string): Promise<Source> {
  await assertZip(path);
  const archive = await openPromise(path, { autoClose: false, decodeStrings: false }).catch((error: Error) => {
    throw damaged(path, error);
  });
  try {
    const { entries, leftOut, hidden } = await readEntries(archive, path);
    return {
      ...{ path, kind: 'zip', leftOut, hidden },
      pictures: [...entries].map(([name, { uncompressedSize }]) => ({ name, size: uncompressedSize })),
      unmovable: `${path} is an archive`,
      fileOf: () => undefined,
      checksum: async (name) => entries.get(name)!.crc32,
      copyTo: (name, target) => unpack(archive, path, name, entries.get(name)!, target),
      close: () => archive.close(),
    };
  } catch (error) {
    archive.close();
    throw error;
  }
}

async function assertZip(path: string): Promise<void> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new VggpuError('pictures', `${path} cannot be read (${error.code}). Check its permissions.`, {
      cause: error,
    });
  });
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (buffer.toString('latin1') === 'PK') return;
  } finally {
    await handle.close();
  }
  throw new VggpuError(
    'pictures',
    `${path} is neither a folder nor a zip archive. If it is an archive of another kind, unpack it and give the folder.`,
  );
}

async function unpack(archive: ZipFile, path: string, name: string, entry: Entry, target: string): Promise<void> {
  let sum = 0;
  const summing = new Transform({
    transform(piece: Buffer, _, done) {
      sum = crc32(piece, sum);
      done(null, piece);
    },
  });
  try {
    const bytes = await archive.openReadStreamPromise(entry); // fails where the size is not the one that was announced
    await pipeline(bytes, summing, createWriteStream(target, { flags: 'wx' }));
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException;
    if (syscall !== undefined && syscall !== 'read') throw error;
    throw damaged(path, error, `at ${name}`);
  }
  if (sum !== entry.crc32) throw damaged(path, new Error('its checksum is another'), `at ${name}`);
}
