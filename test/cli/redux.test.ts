// "First Kaggle Submission", whole and in its order, through the command line, on real photos: download, split, a sample first,
// finetune, predict the test set, submission, and a look at what went wrong.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { zipOf } from '../data/split/zip-writer.js';
import { hasShared, itWith, SHARED } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';
import { type CommandResult, vggpu } from './run.js';

const PHOTOS = join(SHARED, 'data/photos/dogscats');
const MODEL = join(import.meta.dirname, '../../models/vgg-mini.h5');
const TRAIN = 60; // of each class, 12 of them held back
const TEST = 9;

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const environment = { VGGPU_CACHE: at('cache') };
const present = hasShared('data/photos/dogscats');
let server: Server;

/** Runs a command that must succeed. */
async function run(...parameters: string[]): Promise<CommandResult> {
  const result = await vggpu(parameters, environment);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

const photosOf = (set: string, name: string, count: number) =>
  readdirSync(join(PHOTOS, set, name))
    .slice(0, count)
    .map((file) => readFileSync(join(PHOTOS, set, name, file)));

beforeAll(async () => {
  if (!present) return;
  const train = ['cat', 'dog'].flatMap((name) =>
    photosOf('train', `${name}s`, TRAIN).map((data, i) => ({ name: `train/${name}.${i}.jpg`, data, method: 0 })),
  );
  writeFileSync(at('train.zip'), zipOf(train));
  const test = photosOf('valid', 'dogs', TEST).map((data, i) => ({ name: `test/${i + 1}.jpg`, data, method: 0 }));
  writeFileSync(at('test.zip'), zipOf(test));
  server = createServer((_, response) => response.end(readFileSync(MODEL))).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterAll(() => server?.close());

describe('redux', () => {
  const it = itWith(present, '../shared/data/photos/dogscats');
  const redux = at('data', 'redux');
  const weights = at('models', 'vgg16.h5');
  const results = at('data', 'redux', 'results');
  const ft = join(results, 'ft1.h5');
  const head = ['--cut', 'block4_pool', '--head', 'gap', '--batch-size', '32'];

  it('downloads the weights', async () => {
    const { port } = server.address() as AddressInfo;
    const { stdout } = await run(
      'fetch',
      'vgg16.h5',
      '--url',
      `http://127.0.0.1:${port}/vgg16.h5`,
      '--dir',
      at('models'),
    );
    expect(stdout).toBe(`${weights}\n`);
    expect(readFileSync(weights).equals(readFileSync(MODEL))).toBe(true);
  });

  it('segregates train and test, with a sample of each', async () => {
    const sizes = ['--valid', '24', '--sample-train', '16', '--sample-valid', '8'];
    const { stdout } = await run('split', at('train.zip'), at('test.zip'), '--out', redux, ...sizes, '--json');
    const { train, valid, test, ...rest } = JSON.parse(stdout);
    expect({ train, valid, test }).toEqual({
      train: { cats: TRAIN - 12, dogs: TRAIN - 12 },
      valid: { cats: 12, dogs: 12 },
      test: { unknown: TEST },
    });
    expect(rest).toMatchObject({ 'sample/train': { cats: 8, dogs: 8 }, 'sample/valid': { cats: 4, dogs: 4 } });
    const files = (...names: string[]) => readdirSync(join(redux, ...names));
    expect([...files('train', 'cats'), ...files('valid', 'cats')].length).toBe(TRAIN);
    expect(files('test', 'unknown').length).toBe(TEST);
  });

  it('looks at some of the photos', async () => {
    const { stdout } = await run('plots', join(redux, 'sample', 'valid'), '--titles', '--out', at('sample.png'));
    expect(stdout).toMatch(/8 pictures/);
  });

  it('tries the sample, then finetunes on everything', async () => {
    const sets = (root: string) => ['--train', join(root, 'train'), '--valid', join(root, 'valid')];
    await run('finetune', ...sets(join(redux, 'sample')), '--weights', weights, '--out', at('sample.h5'), ...head);
    mkdirSync(results);
    const { stdout, stderr } = await run(
      ...[
        'finetune',
        ...sets(redux),
        '--weights',
        weights,
        '--out',
        ft,
        '--epochs',
        '8',
        '--lr',
        '0.01',
        ...head,
        '--json',
      ],
    );
    expect(stderr).toMatch(/Training: Found 96 images belonging to 2 classes\.\nValidation: Found 24 images/);
    const { epochs } = JSON.parse(stdout);
    expect(epochs.length).toBe(8);
    expect(epochs[7].loss).toBeLessThan(epochs[0].loss);
    expect(epochs[7].acc, 'it learns the photos it sees').toBeGreaterThan(0.6);
    const log = readFileSync(join(results, 'ft1.csv'), 'utf8').trimEnd().split('\n');
    expect(log.length).toBe(9);
    expect(Number(log[8]!.split(',')[4])).toBe(epochs[7].valAcc);
  });

  it('predicts the test set, and makes a submission of it', async () => {
    const preds = join(results, 'test_preds.csv');
    await run('test', join(redux, 'test'), '--weights', ft, '--out', preds);
    const rows = readFileSync(preds, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(rows[0]).toEqual(['file', 'cats', 'dogs']);
    expect(rows.slice(1).map(([file]) => file)).toEqual(Array.from({ length: TEST }, (_, i) => `unknown/${i + 1}.jpg`));
    const submission = at('submission.csv');
    const { stdout } = await run('submission', preds, '--class', 'dogs', '--clip', '0.025,0.975', '--out', submission);
    expect(stdout).toContain('kaggle competitions submit -c dogs-vs-cats-redux-kernels-edition -f ');
    const expected = rows.slice(1).map(([, , dogs], i) => {
      const clipped = Math.min(Math.fround(0.975), Math.max(Math.fround(0.025), Number(dogs)));
      return `${i + 1},${clipped.toFixed(5)}`;
    });
    expect(readFileSync(submission, 'utf8')).toBe(`${['id,label', ...expected].join('\n')}\n`);
  });

  it('looks at what went right and wrong', async () => {
    const page = join(results, 'report.html');
    const evaluate = ['evaluate', join(redux, 'valid'), '--weights', ft];
    const { accuracy, confusion } = JSON.parse((await run(...evaluate, '--json', '--report', page)).stdout);
    const log = readFileSync(join(results, 'ft1.csv'), 'utf8').trimEnd().split('\n').at(-1)!;
    expect(accuracy, 'the saved model is the one that was validated').toBe(Number(log.split(',')[4]));
    expect(confusion.classes).toEqual(['cats', 'dogs']);
    expect(confusion.matrix.flat().reduce((a: number, b: number) => a + b)).toBe(24);
    const html = readFileSync(page, 'utf8');
    const headings = [...html.matchAll(/<h[12][^>]*>(.*?)<\/h/gs)].map(([, text]) => text!.toLowerCase());
    for (const word of ['confusion', 'calibration', 'training', 'skipped']) {
      expect(
        headings.some((text) => text.includes(word)),
        `${word} in ${headings.join(' | ')}`,
      ).toBe(true);
    }
  });

  it('goes on where it stopped when everything is run once more', async () => {
    const sizes = ['--valid', '24', '--sample-train', '16', '--sample-valid', '8'];
    await run('split', at('train.zip'), at('test.zip'), '--out', redux, ...sizes);
    const { stdout } = await run(
      'finetune',
      '--train',
      join(redux, 'train'),
      '--valid',
      join(redux, 'valid'),
      '--weights',
      weights,
      '--out',
      ft,
      '--epochs',
      '10',
      '--lr',
      '0.01',
      ...head,
      '--resume',
      '--json',
    );
    expect(JSON.parse(stdout).epochs.length).toBe(10);
    expect(existsSync(at('data', 'redux', 'results', 'ft1.best.h5'))).toBe(true);
  });

  it('takes a folder with damaged photos among the others, and names them', async () => {
    const odd = join(SHARED, 'data/photos/odd');
    const mixed = at('mixed', 'cats');
    mkdirSync(mixed, { recursive: true });
    mkdirSync(at('mixed', 'dogs'));
    const names = readdirSync(odd, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(jpe?g|png|gif|webp)$/i.test(name),
    );
    for (const [i, name] of names.entries()) copyFileSync(join(odd, name), join(mixed, `${i}-${basename(name)}`));
    for (let i = 0; i < 10; i++) {
      copyFileSync(
        join(redux, 'train', 'dogs', readdirSync(join(redux, 'train', 'dogs'))[i]!),
        at('mixed', 'dogs', `${i}.jpg`),
      );
    }
    const { stdout, stderr } = await run(
      'finetune',
      '--train',
      at('mixed'),
      '--weights',
      weights,
      '--out',
      at('mixed.h5'),
      ...head,
      '--json',
    );
    const { skipped } = JSON.parse(stdout);
    expect(skipped.length).toBeGreaterThan(0);
    for (const { file, reason } of skipped) expect(stderr).toContain(`Skipped ${file}: ${reason}`);
  });
});
