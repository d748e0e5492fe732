// --precision on the command line: the same classes in float16, and a clear word where the adapter has none.
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { addFeatures } from '../../src/cli/features.js';
import { addPredict } from '../../src/cli/predict.js';
import { readManifest } from '../../src/data/shards/manifest.js';
import { itWithFloat16 } from '../float16.js';
import { hasSwiftShader } from '../node/which-adapters.js';
import { temporaryFolder } from '../temporary-folder.js';
import { writeTinyVgg16 } from '../vgg16/red-and-blue.js';
import { runCommand } from './in-process.js';
import { writeColours } from './samples.js';

const folder = temporaryFolder();
const weights = join(folder, 'vgg.h5');
const photos = join(folder, 'photos');
beforeAll(async () => {
  await writeTinyVgg16(weights);
  await writeColours(photos, 3, 1);
});

const predict = async (...more: string[]) => {
  const { stdout } = await runCommand(
    addPredict,
    'predict',
    photos,
    '--weights',
    weights,
    '--json',
    '--top',
    '2',
    ...more,
  );
  return JSON.parse(stdout) as { file: string; top: { index: number; probability: number }[] }[];
};

it.skipIf(!hasSwiftShader)('names the adapter that has no float16, and what to do', async () => {
  await expect(predict('--adapter', 'swiftshader', '--precision', 'f16')).rejects.toMatchObject({
    code: 'device',
    message: expect.stringMatching(/float16 does not run on .*swiftshader.*absent.*Leave --precision f16 away/i),
  });
});

it('knows f32, which is the default, and f16', async () => {
  await expect(predict('--precision', 'f8')).rejects.toThrow(/Allowed choices are f32, f16/);
});

itWithFloat16('predicts the same classes to 5e-3 in probability', async () => {
  const wide = await predict();
  const half = await predict('--precision', 'f16');
  expect(await predict('--precision', 'f32')).toEqual(wide);
  expect(half).not.toEqual(wide);
  for (const [i, { file, top }] of wide.entries()) {
    expect(half[i]!.file).toBe(file);
    for (const [place, { index, probability }] of top.entries()) {
      const found = half[i]!.top[place]!;
      expect(found.index).toBe(index);
      expect(Math.abs(found.probability - probability)).toBeLessThan(5e-3);
    }
  }
});

itWithFloat16('is in the manifest of features, and in the command that others are told', async () => {
  const out = join(folder, 'features');
  const words = ['features', photos, '--weights', weights, '--out', out, '--shard', '0', '--of', '1'];
  await runCommand(addFeatures, ...words, '--precision', 'f16');
  const { settings, madeFrom } = (await readManifest(out))!;
  expect(settings.precision).toBe('f16');
  expect(madeFrom.words).toEqual(expect.arrayContaining(['--precision', 'f16']));
  await expect(runCommand(addFeatures, ...words)).rejects.toThrow(/--precision \(f16 there, f32 here\)/);
});
