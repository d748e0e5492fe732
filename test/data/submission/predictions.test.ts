// Files of predictions: written, read back bit by bit, and what malformed ones get.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNpy } from '../../../src/data/files/npy.js';
import { float32Text } from '../../../src/data/submission/float32-text.js';
import { readPredictions } from '../../../src/data/submission/predictions.js';
import {
  type NamedRows,
  namesPath,
  prepareRows,
  rowsFormat,
  writeCsvRows,
  writeNpyWithNames,
} from '../../../src/data/submission/row-files.js';
import { seeded } from '../../random.js';
import { itWith, python, runPython } from '../../shared.js';
import { temporaryFolder } from '../../temporary-folder.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const CLASSES = ['cats', 'dogs, large'];
const NAMES = ['unknown/1.jpg', 'unknown/2.jpg', 'a "b", c/10.jpg', 'ü\n猫/11.jpg', 'e.jpg'];
const VALUES = Float32Array.from([0, 1, 0.1, 0.9, 1e-7, 2 ** -149, 1 / 3, 2 / 3, 0.015625, 0.99999994]);

/** The rows in pieces of two pictures, and then whatever `then` does. */
async function* pieces(then = () => {}): AsyncGenerator<NamedRows> {
  for (let first = 0; first < NAMES.length; first += 2) {
    yield { fileNames: NAMES.slice(first, first + 2), rows: VALUES.subarray(2 * first, 2 * first + 4) };
  }
  then();
}
const about = () => ({ classes: CLASSES, skipped: [{ file: 'unknown/3.jpg', reason: 'empty' }], weights: 'ft.h5' });
const npy = (out: string, rows = pieces()) => writeNpyWithNames(out, { shape: [2], mostRows: 6, about }, rows);

describe('float32Text', () => {
  it('is short, and reads back to the same float32', () => {
    const random = seeded(1);
    const values = Float32Array.from({ length: 3000 }, () => 2 ** random.uniform(-149, 1));
    for (const value of values) expect(Math.fround(Number(float32Text(value)))).toBe(value);
    const texts = [0, 1, 0.1, 0.5, 1 / 3, 1e-7, 2 ** -149].map((value) => float32Text(Math.fround(value)));
    expect(texts).toEqual(['0', '1', '0.1', '0.5', '0.33333334', '1e-7', '1e-45']);
  });

  itWith(python !== undefined, 'a Python with numpy')("has as many digits as NumPy's own text", () => {
    const random = seeded(2);
    const values = Float32Array.from({ length: 2000 }, () => random.uniform(0, 1));
    writeFileSync(at('texts.json'), JSON.stringify(Array.from(values, float32Text)));
    const program = `
import json, sys, numpy
texts = json.load(open(sys.argv[1]))
numpys = [numpy.format_float_positional(numpy.float32(t), unique=True, trim='-') for t in texts]
print(json.dumps([(t, n) for t, n in zip(texts, numpys) if 'e' not in t and t != n]))`;
    expect(JSON.parse(runPython('-c', program, at('texts.json')))).toEqual([]);
  });
});

describe('predictions', () => {
  it('as .csv: header, names quoted where needed, the same floats back', async () => {
    await writeCsvRows(at('a.csv'), CLASSES, pieces());
    const text = readFileSync(at('a.csv'), 'utf8');
    expect(text.split('\n').slice(0, 4)).toEqual([
      'file,cats,"dogs, large"',
      'unknown/1.jpg,0,1',
      'unknown/2.jpg,0.1,0.9',
      '"a ""b"", c/10.jpg",1e-7,1e-45',
    ]);
    expect(text.endsWith('\n')).toBe(true);
    expect(await readPredictions(at('a.csv'))).toEqual({
      ...{ path: at('a.csv'), classes: CLASSES, fileNames: NAMES, probabilities: VALUES, skipped: [] },
    });
  });

  it('as .npy with its JSON', async () => {
    await npy(at('a.npy'));
    expect(JSON.parse(readFileSync(at('a.json'), 'utf8'))).toEqual({ fileNames: NAMES, ...about() });
    expect(await readPredictions(at('a.npy'))).toEqual({
      ...{ path: at('a.npy'), classes: CLASSES, fileNames: NAMES, probabilities: VALUES, skipped: ['unknown/3.jpg'] },
    });
  });

  itWith(python !== undefined, 'a Python with numpy')('NumPy reads the .npy', async () => {
    await npy(at('n.npy'));
    const program = 'import numpy, sys; a = numpy.load(sys.argv[1]); print(a.dtype, a.shape, a.tobytes().hex())';
    const hex = Buffer.from(VALUES.buffer).toString('hex');
    expect(runPython('-c', program, at('n.npy'))).toBe(`float32 (5, 2) ${hex}\n`);
  });

  it('an interrupted run leaves the older files and nothing else; file names never stand beside the rows of another', async () => {
    const inner = temporaryFolder();
    const [csv, array, names] = ['p.csv', 'p.npy', 'p.json'].map((name) => join(inner, name)) as [
      string,
      string,
      string,
    ];
    await writeCsvRows(csv, CLASSES, pieces());
    await npy(array);
    const before = [csv, array, names].map((path) => readFileSync(path));
    const stop = () => {
      throw new Error('interrupted');
    };
    await expect(writeCsvRows(csv, CLASSES, pieces(stop))).rejects.toThrow('interrupted');
    await expect(npy(array, pieces(stop))).rejects.toThrow('interrupted');
    expect([csv, array, names].map((path) => readFileSync(path))).toEqual(before);
    expect(readdirSync(inner).sort()).toEqual(['p.csv', 'p.json', 'p.npy']);

    const fails = { shape: [2], mostRows: 5, about: stop };
    await expect(writeNpyWithNames(array, fails, pieces())).rejects.toThrow('interrupted');
    expect(existsSync(names)).toBe(false);
    await expect(readPredictions(array)).rejects.toThrow(/p\.json: there is no such file/);
  });

  it('prepareRows names what cannot be written', async () => {
    await expect(prepareRows(at('preds.txt'))).rejects.toMatchObject({ code: 'usage' });
    await expect(prepareRows(at('none/preds.csv'))).rejects.toThrow(/folder .*none does not exist/);
    await prepareRows(at('preds.NPY'));
    expect([rowsFormat('a.NPY'), namesPath('x.npy/a.NPY')]).toEqual(['npy', 'x.npy/a.json']);
  });
});

describe('malformed predictions', () => {
  const csv: [string, string, RegExp][] = [
    ['no header', '1.jpg,0.5\n', /a header file,<class>,.* was expected, and it begins with 1\.jpg,0\.5/],
    ['an empty file', '', /was expected, and it is empty/],
    ['no classes', 'file\n1.jpg\n', /was expected/],
    ['no rows', 'file,a\n', /has no rows/],
    ['a short row', 'file,a,b\n1.jpg,0.5\n', /line 2: 2 fields where the header has 3 \(1\.jpg,0\.5\)/],
    ['a long row', 'file,a\n\n1.jpg,0.5,1\n', /line 3: 3 fields where the header has 2/],
    ['no number', 'file,a\n1.jpg,0.5\n2.jpg,half\n', /line 3 \(2\.jpg\): 'half' for a is no probability/],
    ['nothing', 'file,a\n1.jpg,\n', /line 2 \(1\.jpg\): '' for a is no probability/],
    ['NaN', 'file,a\n1.jpg,nan\n', /'nan' for a/],
    ['hexadecimal', 'file,a\n1.jpg,0x1\n', /'0x1' for a/],
    ['above 1', 'file,a,b\n1.jpg,0,1.01\n', /line 2 \(1\.jpg\): '1\.01' for b is no probability/],
    ['below 0', 'file,a\n1.jpg,-0.1\n', /'-0\.1'/],
    ['an open quote', 'file,a\n"1.jpg,0.5\n', /line 2: a quote is opened and never closed/],
  ];
  it.each(csv)('.csv with %s', async (_, text, says) => {
    writeFileSync(at('bad.csv'), text);
    await expect(readPredictions(at('bad.csv'))).rejects.toMatchObject({
      code: 'output',
      message: expect.stringMatching(says),
    });
  });

  const json = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const good = { fileNames: ['1.jpg', '2.jpg'], classes: ['a', 'b'] };
  const arrays: [string, unknown, Float32Array, number[], RegExp][] = [
    ['no JSON', '{', Float32Array.of(0, 1, 0, 1), [2, 2], /bad\.json is no JSON/],
    ['another JSON', { fileNames: 3 }, Float32Array.of(0), [1, 1], /is not what vggpu test writes .*fileNames/],
    ['features', { fileNames: [], layer: 'fc1' }, Float32Array.of(0), [1, 1], /belongs to the features of layer fc1/],
    ['other counts', good, Float32Array.of(0, 1), [1, 2], /float32 of \(1, 2\).* names 2 pictures and 2 classes/],
    ['NaN', good, Float32Array.of(0, 1, 0, Number.NaN), [2, 2], /row 1 \(2\.jpg\): 'NaN' for b is no probability/],
  ];
  it.each(arrays)('.npy with %s', async (_, beside, data, shape, says) => {
    writeFileSync(at('bad.json'), json(beside));
    await writeNpy(at('bad.npy'), { shape, data });
    await expect(readPredictions(at('bad.npy'))).rejects.toMatchObject({
      code: 'output',
      message: expect.stringMatching(says),
    });
  });

  it('.npy of whole numbers; files that are not there; another extension', async () => {
    writeFileSync(at('bad.json'), json(good));
    await writeNpy(at('bad.npy'), { shape: [2, 2], data: Int32Array.of(0, 1, 0, 1) });
    await expect(readPredictions(at('bad.npy'))).rejects.toThrow(/int32 of \(2, 2\)/);
    await expect(readPredictions(at('none.csv'))).rejects.toThrow(/none\.csv: there is no such file/);
    await expect(readPredictions(at('none.npy'))).rejects.toThrow(/none\.npy: there is no such file/);
    await expect(readPredictions(at('preds.json'))).rejects.toMatchObject({ code: 'usage' });
  });
});
