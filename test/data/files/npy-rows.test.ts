// .npy files whose rows come piece by piece: the header tells how many came.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readNpy, writeNpy, writeNpyRows } from '../../../src/data/files/npy.js';
import { itWith, python, runPython } from '../../shared.js';
import { temporaryFolder } from '../../temporary-folder.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
async function* pieces(...counts: number[]): AsyncGenerator<Float32Array> {
  let next = 0;
  for (const count of counts) yield Float32Array.from({ length: count }, () => next++);
}
const values = (count: number) => Float32Array.from({ length: count }, (_, i) => i);

it('is the file that one write makes, where all rows come', async () => {
  expect(await writeNpyRows(at('rows.npy'), { rowShape: [2, 3], mostRows: 4 }, pieces(12, 6, 6))).toBe(4);
  await writeNpy(at('whole.npy'), { shape: [4, 2, 3], data: values(24) });
  expect(readFileSync(at('rows.npy')).equals(readFileSync(at('whole.npy')))).toBe(true);
});

it('has the rows that came, where fewer do, and none where none does', async () => {
  const rowShape = Array.from({ length: 20 }, () => 1); // a header of which the digits of the count cross 64 bytes
  for (const mostRows of [10, 1e3, 1e6, 1e9, 1e12, 1e15]) {
    await writeNpyRows(at('few.npy'), { rowShape, mostRows }, pieces(5, 2));
    expect(await readNpy(at('few.npy'))).toEqual({ shape: [7, ...rowShape], data: values(7) });
  }
  expect(await writeNpyRows(at('none.npy'), { rowShape: [4], mostRows: 3 }, pieces())).toBe(0);
  expect(await readNpy(at('none.npy'))).toEqual({ shape: [0, 4], data: values(0) });
});

itWith(python !== undefined, 'a Python with numpy')('NumPy reads a header with room to spare', async () => {
  await writeNpyRows(at('spare.npy'), { rowShape: [3], mostRows: 1e15 }, pieces(6));
  const program = 'import numpy, sys; print(numpy.load(sys.argv[1]).tolist())';
  expect(runPython('-c', program, at('spare.npy'))).toBe('[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]\n');
});

it('refuses half rows and too many rows, and leaves nothing behind', async () => {
  const inner = temporaryFolder();
  const out = join(inner, 'bad.npy');
  const write = (...counts: number[]) => writeNpyRows(out, { rowShape: [4], mostRows: 2 }, pieces(...counts));
  await expect(write(4, 3)).rejects.toMatchObject({
    code: 'shape',
    message: expect.stringMatching(/3 values after 1 /),
  });
  await expect(write(8, 4)).rejects.toMatchObject({
    code: 'shape',
    message: expect.stringMatching(/most 2 rows of 4/),
  });
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(inner)).toEqual([]);
});
