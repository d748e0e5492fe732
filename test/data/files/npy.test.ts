// .npy files against bytes that NumPy wrote, and what broken ones get; atomic writing with them.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { assertWritable, replaceFile, writeFileAtomic } from '../../../src/data/files/atomic-file.js';
import { type NpyArray, readNpy, writeNpy } from '../../../src/data/files/npy.js';

const folder = mkdtempSync(join(tmpdir(), 'vggpu-npy-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

/** numpy.save of numpy.arange(6, dtype=float32).reshape(2, 3) / 2, byte for byte. */
const header = (text: string) =>
  Buffer.concat([
    Buffer.from('934e554d50590100', 'hex'),
    Buffer.from([text.length & 255, text.length >> 8]),
    Buffer.from(text, 'latin1'),
  ]);
const padded = (text: string) => `${text}${' '.repeat(117 - text.length)}\n`;
const HALVES = Buffer.concat([
  header(padded("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }")),
  Buffer.from('000000000000003f0000803f0000c03f0000004000002040', 'hex'),
]);

describe('.npy', () => {
  it('writes what NumPy writes', async () => {
    await writeNpy(file('halves.npy'), { shape: [2, 3], data: Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5) });
    expect(readFileSync(file('halves.npy')).equals(HALVES)).toBe(true);
  });

  const arrays: [string, NpyArray][] = [
    ['floats', { shape: [2, 3], data: Float32Array.of(0, -0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e-40, 3) }],
    ['integers in one axis', { shape: [4], data: Int32Array.of(-1, 0, 2 ** 31 - 1, -(2 ** 31)) }],
    ['bytes in three axes', { shape: [1, 2, 2], data: Uint8Array.of(0, 1, 128, 255) }],
    ['a single number', { shape: [], data: Float32Array.of(7) }],
    ['nothing', { shape: [0, 3], data: Float32Array.of() }],
    ['a view into a larger array', { shape: [2], data: new Float32Array([9, 1, 2, 9]).subarray(1, 3) }],
  ];
  it.each(arrays)('reads back %s', async (_, array) => {
    await writeNpy(file('a.npy'), array);
    const read = await readNpy(file('a.npy'));
    expect(read.shape).toEqual(array.shape);
    expect(read.data).toEqual(array.data.slice());
    const head = readFileSync(file('a.npy'));
    expect((10 + head.readUInt16LE(8)) % 64).toBe(0);
  });

  it('reads version 2 and Python 2 long integers', async () => {
    const text = padded("{'descr': '<i4', 'fortran_order': False, 'shape': (2L,), }");
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const values = Buffer.from(Int32Array.of(5, -6).buffer);
    writeFileSync(
      file('v2.npy'),
      Buffer.concat([Buffer.from('934e554d50590200', 'hex'), length, Buffer.from(text), values]),
    );
    expect(await readNpy(file('v2.npy'))).toEqual({ shape: [2], data: Int32Array.of(5, -6) });
  });

  const broken: [string, Buffer, string][] = [
    ['no .npy', Buffer.from('PK\x03\x04 something else'), 'no .npy file'],
    ['an empty file', Buffer.alloc(0), 'no .npy file'],
    ['a truncated one', HALVES.subarray(0, 140), 'ends early: (2, 3) takes 24 bytes, and 12 are there'],
    ['a truncated header', HALVES.subarray(0, 40), 'ends within its header'],
    ['doubles', Buffer.from(HALVES.toString('latin1').replace('<f4', '<f8'), 'latin1'), 'type <f8 are not read'],
    ['big-endian floats', Buffer.from(HALVES.toString('latin1').replace('<f4', '>f4'), 'latin1'), 'type >f4'],
    ['Fortran order', Buffer.from(HALVES.toString('latin1').replace('False', 'True '), 'latin1'), 'Fortran order'],
    [
      'a future version',
      Buffer.from(HALVES.toString('latin1').replace('NUMPY\x01', 'NUMPY\x09'), 'latin1'),
      'version 9',
    ],
  ];
  it.each(broken)('refuses %s', async (_, bytes, message) => {
    writeFileSync(file('broken.npy'), bytes);
    await expect(readNpy(file('broken.npy'))).rejects.toThrow(message);
  });

  it('refuses a shape that does not fit, and a missing file', async () => {
    await expect(writeNpy(file('x.npy'), { shape: [2, 2], data: new Float32Array(3) })).rejects.toThrow(
      '4 elements, the data 3',
    );
    expect(existsSync(file('x.npy'))).toBe(false);
    await expect(readNpy(file('missing.npy'))).rejects.toThrow('there is no such file');
  });
});

describe('atomic writing', () => {
  it('leaves the old file and no temporary one where writing fails', async () => {
    const inner = file('atomic');
    mkdirSync(inner);
    const target = join(inner, 'model.h5');
    writeFileSync(target, 'old');
    const failing = replaceFile(target, async (temporary) => {
      writeFileSync(temporary, 'half of the n');
      throw new Error('interrupted');
    });
    await expect(failing).rejects.toThrow('interrupted');
    expect(readFileSync(target, 'utf8')).toBe('old');
    expect(readdirSync(inner)).toEqual(['model.h5']);
    await writeFileAtomic(target, [Buffer.from('ne'), Buffer.from('w')]);
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(readdirSync(inner)).toEqual(['model.h5']);
  });

  it('says the disk is full where it is', async () => {
    const full = replaceFile(file('full.h5'), async (temporary) => {
      writeFileSync(temporary, '');
      if (existsSync('/dev/full')) writeFileSync('/dev/full', 'x');
      else throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    });
    await expect(full).rejects.toMatchObject({ code: 'output', message: expect.stringContaining('the disk is full') });
    expect(existsSync(file('full.h5'))).toBe(false);
  });

  it('names a missing folder, a file in its place, a folder at the path', async () => {
    for (const check of [assertWritable, (path: string) => writeFileAtomic(path, 'x')]) {
      await expect(check(file('no/such/a.h5'))).rejects.toThrow(`the folder ${file('no/such')} does not exist`);
      writeFileSync(file('plain'), '');
      await expect(check(join(file('plain'), 'a.h5'))).rejects.toThrow(/plain is no folder/);
      await expect(check(folder)).rejects.toThrow('it is a folder');
    }
  });

  it.skipIf(process.getuid?.() === 0)('names a folder that is read-only', async () => {
    mkdirSync(file('closed'));
    chmodSync(file('closed'), 0o500);
    await expect(assertWritable(file('closed/a.h5'))).rejects.toThrow('not allowed');
  });

  it('keeps a link and replaces what it leads to; takes long names', async () => {
    writeFileSync(file('real.txt'), 'old');
    symlinkSync('real.txt', file('link.txt'));
    await writeFileAtomic(file('link.txt'), 'new');
    expect(readFileSync(file('real.txt'), 'utf8')).toBe('new');
    const long = file(`${'ü'.repeat(120)}.txt`);
    await writeFileAtomic(long, 'x');
    expect(readFileSync(long, 'utf8')).toBe('x');
    await assertWritable(long);
  });
});
