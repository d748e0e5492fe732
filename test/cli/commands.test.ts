// The commands, on a small VGG16 and small pictures: what goes to stdout, what to stderr, and the exit code.
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleVgg16, writeSample } from '../data/keras/samples.js';
import { temporaryFolder } from '../temporary-folder.js';
import { vggpu } from './run.js';
import { writeColours } from './samples.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const weights = at('vgg.h5');
const model = at('model.h5');
const environment = { VGGPU_CACHE: temporaryFolder() };

beforeAll(async () => {
  await writeSample(weights, sampleVgg16(), { channelsFirst: true, rotated: true });
  await writeColours(at('train'), 12, 1);
  await writeColours(at('valid'), 6, 2);
  writeFileSync(join(at('train'), 'red', 'broken.jpg'), 'no picture');
  mkdirSync(join(at('bare'), 'red'), { recursive: true });
});

const finetune = (...more: string[]) =>
  vggpu(
    ['finetune', '--train', at('train'), '--valid', at('valid'), '--weights', weights, '--out', model, ...more],
    environment,
  );
const gap = ['--cut', 'block1_pool', '--head', 'gap', '--batch-size', '8', '--lr', '0.05'];

describe('finetune, evaluate, predict', () => {
  it('trains to a file, skips what is no picture, and repeats with and without the cache', async () => {
    const first = await finetune(...gap, '--epochs', '4', '--json');
    expect(first.stderr).toMatch(/Found 25 images belonging to 2 classes/);
    expect(first.stderr).toMatch(/Skipped red\/broken\.jpg: /);
    expect(first.code, first.stderr).toBe(0);
    const result = JSON.parse(first.stdout);
    expect(result.out).toBe(model);
    expect(result.skipped).toEqual([{ file: 'red/broken.jpg', reason: expect.any(String) }]);
    expect(result.epochs).toHaveLength(4);
    expect(result.epochs[3].valAcc).toBe(1);
    const losses = ({ epochs }: { epochs: { loss: number; valLoss: number }[] }) =>
      epochs.map(({ loss, valLoss }) => [loss, valLoss]);
    const again = await finetune(...gap, '--epochs', '4', '--json', '--no-cache');
    expect(losses(JSON.parse(again.stdout))).toEqual(losses(result));
  });

  it('evaluates the saved file with nothing but the pictures', async () => {
    const { code, stdout, stderr } = await vggpu(['evaluate', at('valid'), '--weights', model, '--json']);
    expect(code, stderr).toBe(0);
    const { accuracy, confusion, skipped } = JSON.parse(stdout);
    expect({ accuracy, confusion, skipped }).toEqual({
      accuracy: 1,
      confusion: {
        classes: ['blue', 'red'],
        matrix: [
          [6, 0],
          [0, 6],
        ],
      },
      skipped: [],
    });
  });

  it('predicts, and names what cannot be read', async () => {
    const picture = join(at('valid'), 'red', 'red.0.jpg');
    const { code, stdout } = await vggpu([
      'predict',
      picture,
      at('nothing.jpg'),
      '--weights',
      model,
      '--json',
      '--logits',
    ]);
    expect(code).toBe(1);
    const [good, bad] = JSON.parse(stdout);
    expect(good.file).toBe(picture);
    expect(good.top[0]).toEqual({ index: 1, name: 'red', probability: expect.any(Number) });
    expect(good.top[0].probability + good.top[1].probability).toBeCloseTo(1, 5);
    expect(good.logits).toHaveLength(2);
    expect(bad).toEqual({ file: at('nothing.jpg'), top: [], error: expect.stringContaining('no such file') });
  });

  it('replaces the last layer as lesson 1 does', async () => {
    const { code, stdout, stderr } = await finetune('--batch-size', '8', '--json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout).epochs).toHaveLength(1);
    const { stdout: table } = await vggpu(['summary', '--weights', model]);
    expect(table).toMatch(/predictions \(Dense\) +\(None, 2\)/);
  });
});

describe('summary', () => {
  it("is Keras' table", async () => {
    const { code, stdout } = await vggpu(['summary', '--weights', weights]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/input \(InputLayer\) +\(None, 64, 64, 3\) +0/);
    expect(stdout).toMatch(/block5_pool \(MaxPooling2D\) +\(None, 2, 2, \d+\) +0/);
    expect(stdout).toMatch(/Total params: [\d,]+/);
  });
});

describe('bad input: one sentence, exit code 1, nothing written', () => {
  const sentence = async (run: Promise<{ code: number | null; stdout: string; stderr: string }>, says: RegExp) => {
    const before = readdirSync(folder).sort();
    const { code, stdout, stderr } = await run;
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /); // no stack
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(readdirSync(folder).sort()).toEqual(before);
  };
  const summary = (file: string) => vggpu(['summary', '--weights', file]);

  it('weights that are missing, cut short, no HDF5', async () => {
    await sentence(summary(at('none.h5')), /none\.h5 does not exist/);
    writeFileSync(at('page.h5'), '<html>not found</html>');
    await sentence(summary(at('page.h5')), /page\.h5 is not an HDF5 file: it looks like a web page/);
  });

  it('weights of another network: which layer, found and expected', async () => {
    const layers = sampleVgg16();
    layers[3] = { name: 'odd', shape: [3, 3, 7, 4], kernel: new Float32Array(252), bias: new Float32Array(4) };
    await writeSample(at('odd.h5'), layers, {});
    await sentence(summary(at('odd.h5')), /odd\.h5 is not VGG16: layer odd has weights \(3, 3, 7, 4\); expected/);
  });

  it('folders that are empty, hold no pictures, or classes that training lacks', async () => {
    const broken = await writeColours(at('extra'), 1, 3);
    copyFileSync(join(broken, 'red', 'red.0.jpg'), at('loose.jpg'));
    const green = await writeColours(join(at('extra'), 'green'), 1, 4);
    expect(existsSync(green)).toBe(true);
    await sentence(finetune('--valid', at('extra')), /extra has a folder that is no class of the model: green/);
    await sentence(finetune('--train', at('page.h5')), /page\.h5/);
    await sentence(finetune('--train', at('bare')), /class folders red hold none/);
  });

  it('settings that make no sense', async () => {
    await sentence(finetune('--batch-size', '0'), /--batch-size must be a whole number from 1, not '0'/);
    await sentence(finetune('--epochs', '1.5'), /--epochs must be a whole number from 1, not '1\.5'/);
    await sentence(finetune('--lr', '-1'), /--lr must be a number above 0, not '-1'/);
    await sentence(finetune('--out', join(at('nowhere'), 'x.h5')), /the folder .*nowhere does not exist/);
    await sentence(finetune('--cut', 'block9_pool', '--head', 'gap'), /Cannot cut at 'block9_pool': .*block1_conv1/);
    await sentence(finetune('--adapter', 'abacus'), /No adapter is called 'abacus'.*There are:/);
  });

  it('wrong usage is exit code 2', async () => {
    expect((await vggpu(['finetune'])).code).toBe(2);
    expect((await vggpu(['fly'])).code).toBe(2);
    expect((await vggpu(['--help'])).code).toBe(0);
  });
});
