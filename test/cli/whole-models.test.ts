// Whole Keras models on the command line: --model, --architecture with --weights, the preprocessing that a file lacks, class names.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelConfig } from '../../src/data/keras/architecture-config.js';
import { Sequential } from '../../src/models/sequential.js';
import { Conv2D, Dense, Flatten, Lambda, MaxPooling2D } from '../../src/nn/keras-layers.js';
import { readBatches } from '../../src/vgg16/batches.js';
import { hasShared, itWith, SHARED } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';
import { vggpu } from './run.js';
import { writeColours } from './samples.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const environment = { VGGPU_CACHE: at('cache') };
const run = (...parameters: string[]) => vggpu(parameters, environment);

beforeAll(async () => {
  await writeColours(at('train'), 12, 1);
  await writeColours(at('valid'), 5, 2);
  const model = new Sequential({ say: () => {} });
  model.add(Lambda('rescale', { inputShape: [16, 16, 3] }));
  model.add(Conv2D(4, [3, 3], { activation: 'relu' }));
  model.add(MaxPooling2D([2, 2]));
  model.add(Flatten());
  model.add(Dense(1, { activation: 'sigmoid' }));
  model.compile({ optimizer: { name: 'adam', learningRate: 0.02 }, loss: 'binary_crossentropy', metrics: ['acc'] });
  await model.fitGenerator(await readBatches(at('train'), { batchSize: 6 }), { epochs: 15 });
  await model.saveModel(at('net.h5'));
  // As Keras' to_json gives it, without the preprocessing; the weights are read from the whole file, which has them too.
  writeFileSync(at('net.json'), JSON.stringify(modelConfig(model.layers.slice(1), 16)));
  await model.close();
});

describe('--model', () => {
  it('evaluates, predicts and shows a model with one sigmoid unit as two classes', async () => {
    const { code, stdout, stderr } = await run('evaluate', at('valid'), '--model', at('net.h5'), '--json');
    expect(code, stderr).toBe(0);
    const { accuracy, confusion } = JSON.parse(stdout);
    expect(accuracy).toBe(1);
    expect(confusion.classes).toEqual(['blue', 'red']);
    const predicted = await run('predict', join(at('valid'), 'red'), '--model', at('net.h5'), '--json');
    for (const { top } of JSON.parse(predicted.stdout)) {
      expect(top[0].name).toBe('red');
      expect(top[0].probability + top[1].probability).toBeCloseTo(1, 6);
    }
    const summary = await run('summary', '--model', at('net.h5'));
    expect(summary.stdout).toMatch(/Conv2D[\s\S]*MaxPooling2D[\s\S]*Flatten[\s\S]*Dense/);
  });

  it('is finetuned like any other', async () => {
    const sets = ['--train', at('train'), '--valid', at('valid'), '--batch-size', '6'];
    const { code, stdout, stderr } = await run(
      'finetune',
      ...sets,
      '--model',
      at('net.h5'),
      '--out',
      at('ft.h5'),
      '--epochs',
      '10',
      '--lr',
      '0.01',
      '--json',
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout).epochs.at(-1).valAcc).toBe(1);
  });

  it('or weights with their architecture, and the factor that the file does not carry', async () => {
    const apart = ['--weights', at('net.h5'), '--architecture', at('net.json'), '--json'];
    const whole = JSON.parse((await run('evaluate', at('valid'), '--model', at('net.h5'), '--json')).stdout);
    const stated = await run('evaluate', at('valid'), ...apart, '--rescale', '1/255', '--classes', 'blue,red');
    expect(stated.code, stated.stderr).toBe(0);
    expect(JSON.parse(stated.stdout)).toEqual(whole);
    const raw = JSON.parse((await run('evaluate', at('valid'), ...apart)).stdout);
    expect(raw.loss, 'bytes as they are').not.toBe(whole.loss);
  });

  it.each([
    [['--model', 'a.h5', '--weights', 'b.h5'], 1, /exclude each other/],
    [['--model', 'a.h5', '--architecture', 'b.json'], 1, /--architecture goes with --weights/],
    [['--weights', 'a.h5', '--rescale', '0'], 1, /--rescale must be a factor above 0, such as 1\/255/],
    [['--weights', 'a.h5', '--rescale', '1/255', '--preprocess', 'vgg'], 1, /--preprocess and --rescale exclude/],
    [['--weights', 'a.h5', '--preprocess', 'torch'], 2, /vgg, rescale, none/],
    [[], 2, /required option '--weights <file>' \(or --model <file>\)/],
  ])('%j is refused', async (options, expected, sentence) => {
    const { code, stderr } = await run('summary', ...options);
    expect(stderr).toMatch(sentence);
    expect(code).toBe(expected);
  });

  it('refuses class names that are not as many as its outputs', async () => {
    const { code, stderr } = await run(
      'evaluate',
      at('valid'),
      '--weights',
      at('net.h5'),
      '--architecture',
      at('net.json'),
      '--classes',
      'a,b,c',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/tells 2 classes apart; 3 names were given/);
  });

  const keras = 'data/keras-files/keras1.2-model-lambda.h5';
  itWith(hasShared(keras), `../shared/${keras}`)('names the layer of a model that it cannot run', async () => {
    const { code, stderr } = await run('summary', '--model', join(SHARED, keras));
    expect(code).toBe(1);
    expect(stderr).toMatch(/lambda_2/);
  });
});
