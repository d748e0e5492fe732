// Lesson 1's program in its order, through the command line, on real photos: look at a batch, predict with the pretrained
// network, finetune on two folders, and look at what the network is made of. Its second half, in code, is examples/lesson1.ts.
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect } from 'vitest';
import { hasShared, itWith, SHARED } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';
import { vggpu } from './run.js';

const PHOTOS = join(SHARED, 'data/photos/dogscats');
const weights = join(import.meta.dirname, '../../models/vgg-mini.h5');
const present = hasShared('data/photos/dogscats');
const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const [TRAIN, VALID, BATCH] = [30, 10, 4];

/** Runs a command that must succeed, and gives what it printed. */
async function run(...parameters: string[]): Promise<string> {
  const { code, stdout, stderr } = await vggpu(parameters, { VGGPU_CACHE: at('cache') });
  expect(code, stderr).toBe(0);
  return stdout;
}

const photos = (set: string, name: string, count: number) =>
  readdirSync(join(PHOTOS, set, name))
    .sort()
    .slice(0, count)
    .map((file) => join(PHOTOS, set, name, file));

beforeAll(() => {
  if (!present) return;
  for (const [set, count] of [
    ['train', TRAIN],
    ['valid', VALID],
  ] as const) {
    for (const name of ['cats', 'dogs']) {
      mkdirSync(at(set, name), { recursive: true });
      for (const [i, path] of photos(set, name, count).entries()) copyFileSync(path, at(set, name, `${i}.jpg`));
    }
  }
});

describe('lesson 1', () => {
  const it = itWith(present, '../shared/data/photos/dogscats');
  const batch = () => [at('train/cats/0.jpg'), at('train/dogs/0.jpg'), at('train/cats/1.jpg'), at('train/dogs/1.jpg')];

  it('plots a batch of four with titles', async () => {
    await run('plots', ...batch(), '--titles', '--columns', String(BATCH), '--out', at('batch.png'));
    const { width = 0, height = 0 } = await sharp(at('batch.png')).metadata();
    expect(width).toBeGreaterThan(2 * height);
  });

  it('predicts the batch with the pretrained network', async () => {
    const predictions = JSON.parse(await run('predict', ...batch(), '--weights', weights, '--top', '5', '--json'));
    expect(predictions.map(({ file }: { file: string }) => file)).toEqual(batch());
    for (const { top } of predictions) {
      const probabilities = top.map(({ probability }: { probability: number }) => probability);
      expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
      expect(top.length).toBe(5);
    }
  });

  it('finetunes in one epoch, and both the loss that was printed and the file that was saved hold', async () => {
    const sets = ['--train', at('train'), '--valid', at('valid')];
    const { epochs, skipped, out } = JSON.parse(
      await run('finetune', ...sets, '--weights', weights, '--out', at('ft.h5'), '--batch-size', '16', '--json'),
    );
    expect({ count: epochs.length, skipped, out }).toEqual({ count: 1, skipped: [], out: at('ft.h5') });
    const { loss, accuracy, confusion } = JSON.parse(
      await run('evaluate', at('valid'), '--weights', at('ft.h5'), '--json'),
    );
    expect(loss).toBeCloseTo(epochs[0].valLoss, 4);
    expect(accuracy).toBe(epochs[0].valAcc);
    expect(confusion.matrix.map((row: number[]) => row.reduce((a, b) => a + b))).toEqual([VALID, VALID]);
    const [cat] = JSON.parse(await run('predict', batch()[0]!, '--weights', at('ft.h5'), '--json'));
    expect(cat.top.map(({ name }: { name: string }) => name).sort()).toEqual(['cats', 'dogs']);
  });

  it('shows what the network is made of: 13 convolutions in five blocks, three dense layers', async () => {
    const { layers } = JSON.parse(await run('summary', '--weights', weights, '--json'));
    const kinds = layers.map(({ type }: { type: string }) => type);
    const count = (kind: string) => kinds.filter((one: string) => one === kind).length;
    expect([count('Conv2D'), count('MaxPooling2D'), count('Dense')]).toEqual([13, 5, 3]);
  });

  it('tests a folder, and every picture has its probabilities', async () => {
    await run('test', at('valid'), '--weights', at('ft.h5'), '--out', at('preds.csv'));
    const [header, ...rows] = readFileSync(at('preds.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe('file,cats,dogs');
    expect(rows.length).toBe(2 * VALID);
    for (const row of rows) {
      const [, cats, dogs] = row.split(',').map(Number);
      expect(cats! + dogs!).toBeCloseTo(1, 5);
    }
  });
});
