// A run goes by the kernel variants that it began with: resumed after a tuning it comes to the same bits, and no cached row of other variants
// gets into it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readTensor } from '../../../src/autograd/tensor.js';
import { choiceKey, type TunedVariants } from '../../../src/kernels/choices.js';
import { kernels } from '../../../src/kernels/index.js';
import { trainableTensors } from '../../../src/nn/network.js';
import { readTable, tablePath } from '../../../src/node/tuned-table.js';
import { askedForTraining } from '../../../src/tune/needs.js';
import type { FitOptions } from '../../../src/vgg16/options.js';
import type { Vgg16 } from '../../../src/vgg16/vgg16.js';
import { useTinyRun } from './tiny-run.js';

const { folder, train, withVgg } = useTinyRun();
const environment = { ...process.env };

afterEach(() => {
  process.env.VGGPU_TUNE = environment.VGGPU_TUNE;
});

async function start(vgg: Vgg16, options: FitOptions & { readonly unfreeze?: string }) {
  const batches = await vgg.getBatches(train, { batchSize: 5 });
  await vgg.finetune(batches, { unfreeze: options.unfreeze });
  return () => vgg.fit(batches, undefined, { epochs: 2, learningRate: 0.02, ...options });
}

async function outcome(vgg: Vgg16, options: FitOptions & { readonly unfreeze?: string } = {}) {
  const { epochs } = await (await start(vgg, options))();
  const values = [];
  for (const tensor of trainableTensors(vgg.network)) values.push(await readTensor(vgg.network.gpu, tensor));
  return { losses: epochs.map(({ loss }) => loss), values };
}

/** For each kernel and shape that a run needs, another variant than the one that runs by itself. */
async function otherVariants({ network }: Vgg16, trained: number): Promise<TunedVariants> {
  const { gpu } = network;
  const asked = await askedForTraining(gpu, network, { batch: 5, trained, depth: 0 });
  const others = asked.flatMap(({ kernel, dims, variant }) => {
    const key = choiceKey(kernel, dims);
    const [naive] = Object.keys(kernel.variants);
    return key !== undefined && variant !== naive ? [[key, naive!] as const] : [];
  });
  return Object.fromEntries(others);
}

/** A signal that asks to stop once `count` steps are done, and what to call at each progress. */
function stopAfter(count: number) {
  const controller = new AbortController();
  let steps = 0;
  return {
    signal: controller.signal,
    onProgress({ phase }: { phase: string }) {
      if (phase === 'train' && ++steps === count) controller.abort();
    },
  };
}

describe('a run that was stopped, after other variants were tuned', () => {
  const unfreeze = 'block2_conv1';

  it('comes to the same bits as one that never stopped, and the new ones hold again afterwards', async () => {
    const whole = await withVgg((vgg) => outcome(vgg, { unfreeze }));
    const checkpoint = join(folder, 'tuned.checkpoint.h5');
    await withVgg(async (vgg) => {
      const go = await start(vgg, { unfreeze, checkpoint, ...stopAfter(3) });
      await expect(go()).rejects.toMatchObject({ code: 'interrupted' });
    });
    await withVgg(async (vgg) => {
      const tuned = await otherVariants(vgg, 0);
      expect(Object.keys(tuned).length).toBeGreaterThan(10);
      const { choices } = vgg.network.gpu;
      choices.use(tuned);
      try {
        const resumed = await outcome(vgg, { unfreeze, checkpoint, resume: true });
        expect(resumed).toEqual(whole);
        expect(choices.tuned()).toBe(tuned);
      } finally {
        choices.use({});
      }
    });
    // The test can fail: with the other variants a run from the beginning does come to other bits.
    const other = await withVgg(async (vgg) => {
      const { choices } = vgg.network.gpu;
      choices.use(await otherVariants(vgg, 0));
      return outcome(vgg, { unfreeze }).finally(() => choices.use({}));
    });
    expect(other.values).not.toEqual(whole.values);
    expect(other.losses[0]).toBeCloseTo(whole.losses[0]!, 3);
  });

  it('keeps the choices it was begun with, through several stops', async () => {
    const checkpoint = join(folder, 'kept-choices.checkpoint.h5');
    const attempt = (tuned: TunedVariants, stop: number) =>
      withVgg(async (vgg) => {
        const { choices } = vgg.network.gpu;
        choices.use(tuned);
        const go = await start(vgg, { unfreeze, checkpoint, resume: true, ...stopAfter(stop) });
        await expect(go()).rejects.toMatchObject({ code: 'interrupted' });
        choices.use({});
      });
    const tuned = await withVgg((vgg) => otherVariants(vgg, 0));
    const whole = await withVgg(async (vgg) => {
      vgg.network.gpu.choices.use(tuned);
      return outcome(vgg, { unfreeze }).finally(() => vgg.network.gpu.choices.use({}));
    });
    await attempt(tuned, 1);
    await attempt({}, 2);
    const resumed = await withVgg((vgg) => outcome(vgg, { unfreeze, checkpoint, resume: true }));
    expect(resumed).toEqual(whole);
  });
});

describe('the feature cache', () => {
  const caches = () => readdirSync(join(folder, 'cache', 'features')).filter((name) => name.endsWith('.features'));

  it('is another one where other variants make the features, and the same one again with the same variants', async () => {
    const before = new Set(caches());
    await withVgg((vgg) => outcome(vgg));
    const own = caches().filter((name) => !before.has(name));
    await withVgg((vgg) => outcome(vgg));
    expect(caches().filter((name) => !before.has(name))).toEqual(own);
    await withVgg(async (vgg) => {
      const { choices } = vgg.network.gpu;
      const [key, name] = Object.entries(await otherVariants(vgg, 0)).find(([, variant]) => variant === 'naive')!;
      choices.use({ [key]: name });
      await outcome(vgg).finally(() => choices.use({}));
    });
    expect(caches().length).toBe(before.size + own.length + 1);
  });

  it('is not named after variants of what is trained', async () => {
    await withVgg((vgg) => outcome(vgg));
    const before = caches();
    await withVgg(async (vgg) => {
      const { choices } = vgg.network.gpu;
      const gradients = Object.entries(await otherVariants(vgg, 0)).filter(([key]) =>
        /gradient|matmul\/(tn|nt)|adam/.test(key),
      );
      expect(gradients.length).toBeGreaterThan(3);
      choices.use(Object.fromEntries(gradients));
      await outcome(vgg).finally(() => choices.use({}));
    });
    expect(caches()).toEqual(before);
  });
});

describe('tuning on the side', () => {
  it('changes no bit of the run, and is left out on software adapters, without a table, and where nobody wants it', async () => {
    const whole = await withVgg((vgg) => outcome(vgg));
    for (const [setting, tune] of [
      ['1', true],
      ['1', false],
      ['', true],
    ] as const) {
      process.env.VGGPU_TUNE = setting;
      const said = await withVgg(async (vgg, lines) => {
        expect(await outcome(vgg, { tune })).toEqual(whole);
        return lines;
      });
      expect(said.filter((line) => line.includes('ended early'))).toEqual([]);
    }
  });

  it('keeps what it found for the next start, and says so', async () => {
    process.env.VGGPU_TUNE = '1';
    await withVgg(async (vgg, said) => {
      const { info, gpu } = vgg.engine;
      const path = tablePath(info);
      const batches = await vgg.getBatches(train, { batchSize: 5 });
      await vgg.finetune(batches, { unfreeze: 'block1_conv1' });
      // A first epoch that takes long enough, by the clock, for a twentieth of it to do something.
      let skipped = 0;
      const now = performance.now.bind(performance);
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + skipped);
      const onProgress = () => {
        skipped += 8000;
      };
      await vgg.fit(batches, undefined, { epochs: 1, onProgress }).finally(() => clock.mockRestore());
      const line = said.find((text) => text.startsWith('Tuned on the side'));
      expect(line).toMatch(
        / of the first epoch's [\d.]+ s: tried \d+ variants?, \d+ of \d+ shapes are done\..*--no-tune/,
      );
      const table = readTable(path, gpu.shaderText);
      expect(Object.keys(table).length).toBeGreaterThan(0);
      for (const { kernel, variant } of Object.values(table))
        expect(kernels.find(({ name }) => name === kernel)?.variants).toHaveProperty(variant);
      expect(gpu.choices.tuned()).toEqual({}); // this run, and this process, go on as they began
      expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ adapter: { name: info.name } });
    });
  });
});
