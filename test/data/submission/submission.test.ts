// Submissions: the lines of lesson 1's competition, NumPy's rounding, and every set of ids that must not pass.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fiveDecimals } from '../../../src/data/submission/five-decimals.js';
import { parseId } from '../../../src/data/submission/ids.js';
import type { Predictions } from '../../../src/data/submission/predictions.js';
import { makeSubmission, type SubmissionOptions } from '../../../src/data/submission/submission.js';
import { seeded } from '../../random.js';
import { hasShared, itWith, python, runPython, SHARED } from '../../shared.js';
import { temporaryFolder } from '../../temporary-folder.js';

const folder = temporaryFolder();
const REDUX = 'seeds/004_9636d55b25b0b219.txt';

/** Two classes, `dogs` of the probabilities given. */
function predictions(dogs: Readonly<Record<string, number>>, skipped: readonly string[] = []): Predictions {
  const probabilities = Float32Array.from(Object.values(dogs).flatMap((dog) => [1 - dog, dog]));
  return { path: 'preds.csv', classes: ['cats', 'dogs'], fileNames: Object.keys(dogs), probabilities, skipped };
}
const submit = (given: Predictions, options: Partial<SubmissionOptions> = {}) =>
  makeSubmission(given, { className: 'dogs', clip: [0.025, 0.975], ...options });
const refused = (given: Predictions, options: Partial<SubmissionOptions>, code: string, says: RegExp) =>
  expect(() => submit(given, options)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(says) }));

describe('makeSubmission', () => {
  it('sorts by number, clips, and writes five decimals', () => {
    const given = predictions({ 'unknown/10.jpg': 0.5, 'unknown/2.jpg': 0, '3.png': 1, '1.JPG': 0.446123 });
    const rest = { '4.jpg': 0, '5.jpg': 0, '6.jpg': 0, '7.jpg': 0, '8.jpg': 0, '9.jpg': 0.1234567 };
    const all = predictions({
      ...Object.fromEntries(given.fileNames.map((name, i) => [name, given.probabilities[2 * i + 1]!])),
      ...rest,
    });
    const { text, ids, missing } = submit(all);
    expect(text.split('\n').slice(0, 4)).toEqual(['id,label', '1,0.44612', '2,0.02500', '3,0.97500']);
    expect(text).toMatch(/\n9,0\.12346\n10,0\.50000\n$/);
    expect({ ids, missing }).toEqual({ ids: 10, missing: [] });
    expect(submit(all, { clip: undefined }).text).toMatch(/\n2,0\.00000\n3,1\.00000\n/);
    expect(submit(all, { className: 'cats' }).text).toMatch(/\n2,0\.97500\n3,0\.02500\n/);
    expect(submit(all, { idColumn: 'image, id', labelColumn: 'dog' }).text).toMatch(/^"image, id",dog\n/);
  });

  itWith(hasShared(REDUX), `../shared/${REDUX}`)("has the lines of redux' own submission", () => {
    const text = readFileSync(join(SHARED, REDUX), 'utf8');
    const lines = [...text.matchAll(/^ +(\d+),(\d\.\d{5})$/gm)].map(([, id, label]) => ({
      id: Number(id),
      label: label!,
    }));
    expect(lines).toHaveLength(9);
    const given = predictions(Object.fromEntries(lines.map(({ id, label }) => [`unknown/${id}.jpg`, Number(label)])));
    const sorted = [...lines].sort((a, b) => a.id - b.id).map(({ id, label }) => `${id},${label}\n`);
    expect(submit(given, { allowMissing: true }).text).toBe(`id,label\n${sorted.join('')}`);
  });

  itWith(python !== undefined, 'a Python with numpy')("is, byte for byte, what redux' NumPy writes", () => {
    const random = seeded(3);
    const ties = Array.from({ length: 64 }, (_, i) => i / 64);
    const values = [...ties, ...ties.map((tie) => tie + 2 ** -24), ...random.floats(2000).map(Math.abs)];
    const given = predictions(Object.fromEntries(values.map((value, i) => [`unknown/${i + 1}.jpg`, value])));
    const [source, written] = [join(folder, 'dogs.f32'), join(folder, 'numpy.csv')];
    writeFileSync(source, Float32Array.from(values));
    const program = `
import numpy as np, sys
pred = np.fromfile(sys.argv[1], dtype=np.float32)
if sys.argv[3] == 'clip': pred = np.clip(pred, 0.025, 0.975)
sub = np.column_stack((np.arange(1, len(pred) + 1), pred))
np.savetxt(comments='', fmt='%d,%.5f', header='id,label', X=sub, fname=sys.argv[2])`;
    for (const clip of [[0.025, 0.975] as const, undefined]) {
      runPython('-c', program, source, written, clip ? 'clip' : 'whole');
      expect(submit(given, { clip }).text).toBe(readFileSync(written, 'utf8'));
    }
  });

  it('rounds a number in the middle to the even one', () => {
    expect([1 / 64, 3 / 64, 5 / 64, 63 / 64].map(fiveDecimals)).toEqual(['0.01562', '0.04688', '0.07812', '0.98438']);
    expect([0, 1, 0.5, 0.025].map(fiveDecimals)).toEqual(['0.00000', '1.00000', '0.50000', '0.02500']);
  });
});

describe('ids', () => {
  it('are the digits that a file is named by', () => {
    const names = [
      'unknown/9292.jpg',
      '7',
      'a/b.c/007.jpeg',
      'dog.12.jpg',
      '12.jpg.png',
      'x1.jpg',
      '-1.jpg',
      '1e3.jpg',
      'a/.jpg',
    ];
    const none = undefined;
    expect(names.map(parseId)).toEqual([9292, 7, 7, none, none, none, none, none, none]);
    expect(parseId(`${'9'.repeat(20)}.jpg`)).toBe(none);
  });

  it('must be numbers: the others are named', () => {
    refused(
      predictions({ '1.jpg': 0, 'train/dog.12.jpg': 0 }),
      {},
      'pictures',
      /^1 file has no number .*train\/dog\.12\.jpg\./,
    );
    const many = Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`cat.${i}.jpg`, 0]));
    refused(predictions(many), {}, 'pictures', /^14 files have no number .*cat\.9\.jpg and 4 more/);
  });

  it('must be there once: both pictures are named', () => {
    const given = predictions({ 'a/1.jpg': 0, 'b/1.png': 0, '2.jpg': 0 });
    refused(given, {}, 'pictures', /1 is a\/1\.jpg, 1 is b\/1\.png/);
    refused(
      predictions({ '7.jpg': 0, '007.jpg': 0 }),
      { allowMissing: true },
      'pictures',
      /7 is 7\.jpg, 7 is 007\.jpg/,
    );
  });

  const holes = { '2.jpg': 0.5, '5.jpg': 0.5 };
  it('must have no holes: they are listed, filled, or left out', () => {
    refused(
      predictions(holes),
      {},
      'pictures',
      /^3 ids are missing beside 2 that are there: 1, 3, 4\. .*--fill.*--allow-missing/,
    );
    const filled = submit(predictions(holes), { fill: 0.1 });
    expect(filled).toEqual({
      text: 'id,label\n1,0.10000\n2,0.50000\n3,0.10000\n4,0.10000\n5,0.50000\n',
      ids: 5,
      missing: [1, 3, 4],
    });
    const left = submit(predictions(holes), { allowMissing: true });
    expect(left).toEqual({ text: 'id,label\n2,0.50000\n5,0.50000\n', ids: 2, missing: [1, 3, 4] });
    expect(submit(predictions({ '0.jpg': 0.5, '1.jpg': 0.5 })).missing).toEqual([]);
  });

  it('run to the number expected', () => {
    refused(predictions(holes), { expect: 6 }, 'pictures', /^4 ids .*: 1, 3, 4, 6\./);
    refused(predictions(holes), { expect: 4, fill: 0.5 }, 'pictures', /Only the ids 1 to 4 .* 5\.jpg/);
    expect(submit(predictions(holes), { expect: 6, fill: 0.5 }).ids).toBe(6);
  });

  it('of pictures that could not be read are missing, the last one too', () => {
    refused(predictions({ '1.jpg': 0 }, ['u/2.jpg']), {}, 'pictures', /: 2 \(its picture could not be read\)\./);
    expect(submit(predictions({ '1.jpg': 0.5 }, ['u/2.jpg']), { fill: 0.5 }).text).toMatch(/\n2,0\.50000\n$/);
  });

  it('too far apart are no ids', () => {
    refused(predictions({ '1.jpg': 0, '20160101123.jpg': 0 }), { fill: 0.5 }, 'pictures', /20160101123 an id\?/);
  });
});

describe('options', () => {
  const one = predictions({ '1.jpg': 0.5 });
  it('a class that is not there, or there twice', () => {
    refused(one, { className: 'dog' }, 'usage', /has no class dog\. Its classes are cats, dogs\./);
    refused({ ...one, classes: ['dogs', 'dogs'] }, {}, 'usage', /has two classes called dogs/);
  });

  it('a clip that falls or leaves 0 to 1, a fill that is none, both ways at once', () => {
    for (const clip of [
      [0.9, 0.1],
      [-0.1, 1],
      [0, 1.5],
      [0.5, 0.5],
      [Number.NaN, 1],
    ] as const)
      refused(one, { clip }, 'usage', /clip must be two rising numbers/);
    refused(one, { fill: 1.5 }, 'usage', /from 0 to 1, not 1\.5/);
    refused(one, { fill: Number.NaN }, 'usage', /from 0 to 1/);
    refused(one, { fill: 0.5, allowMissing: true }, 'usage', /choose one/);
  });
});
