// `vggpu finetune` as people use it: stopped and gone on with, killed at any moment, with options that do not fit.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleVgg16, writeSample } from '../data/keras/samples.js';
import { seeded } from '../random.js';
import { temporaryFolder } from '../temporary-folder.js';
import { startVggpu, vggpu } from './run.js';
import { writeColours } from './samples.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const environment = { VGGPU_CACHE: at('cache') };
const EPOCHS = 25;

beforeAll(async () => {
  await writeSample(at('vgg.h5'), sampleVgg16(), { channelsFirst: true, rotated: true });
  await writeColours(at('train'), 12, 1);
  await writeColours(at('valid'), 6, 2);
});

const base = (out: string) => ['finetune', '--train', at('train'), '--weights', at('vgg.h5'), '--out', at(out)];
const long = (out: string, ...more: string[]) => [
  ...base(out),
  ...['--valid', at('valid'), '--cut', 'block1_pool', '--head', 'fc', '--batch-size', '8'],
  ...['--epochs', String(EPOCHS), '--json', ...more],
];

/** Losses and accuracies of a run that printed JSON. */
const numbersOf = (stdout: string) =>
  JSON.parse(stdout).epochs.map(({ seconds, ...numbers }: Record<string, number>) => numbers);

/** Waits until an epoch was logged, or the program ended. */
async function firstEpoch(log: string, ended: () => boolean): Promise<void> {
  while (!existsSync(log) && !ended()) await setTimeout(5);
}

describe('a run that is stopped', () => {
  it('by Ctrl-C is saved, and goes on with --resume to the same numbers', async () => {
    const whole = await vggpu(long('whole.h5'), environment);
    expect(whole.code, whole.stderr).toBe(0);

    const stopped = startVggpu(long('stopped.h5'), environment);
    let ended = false;
    void stopped.result.then(() => {
      ended = true;
    });
    await firstEpoch(at('stopped.csv'), () => ended);
    stopped.kill('SIGINT');
    const { code, stderr } = await stopped.result;
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(/Finishing this step/);
    expect(stderr).toMatch(/Go on with:\n {2}vggpu finetune .* --resume\n$/);
    expect(existsSync(at('stopped.h5'))).toBe(false);

    const again = await vggpu(long('stopped.h5'), environment);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/stopped after \d+ of 25 epochs.*--resume/);

    const resumed = await vggpu(long('stopped.h5', '--resume'), environment);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(numbersOf(resumed.stdout)).toEqual(numbersOf(whole.stdout));
    expect(readFileSync(at('stopped.csv'), 'utf8').split('\n').length).toBe(EPOCHS + 2);
  });

  it('by SIGKILL at ten random moments loses nothing and leaves nothing torn', async () => {
    const random = seeded(5);
    const whole = await vggpu(long('unkilled.h5'), environment);
    const started = performance.now();
    await vggpu(long('timing.h5'), environment);
    const duration = performance.now() - started;
    for (let i = 0; i < 10; i++) {
      const running = startVggpu(long('killed.h5', '--resume'), environment);
      await setTimeout(random.uniform(0.2, 1) * duration);
      running.kill('SIGKILL');
      await running.result;
    }
    const last = await vggpu(long('killed.h5', '--resume'), environment);
    expect(last.code, last.stderr).toBe(0);
    expect(numbersOf(last.stdout)).toEqual(numbersOf(whole.stdout));
    const ours = readdirSync(folder).filter((name) => name.includes('killed') && !name.includes('unkilled'));
    expect(ours.sort()).toEqual(['killed.best.h5', 'killed.checkpoint.h5', 'killed.csv', 'killed.h5']);
    const evaluate = (name: string) => vggpu(['evaluate', at('valid'), '--weights', at(name), '--json'], environment);
    for (const kind of ['h5', 'best.h5']) {
      const [mine, theirs] = [await evaluate(`killed.${kind}`), await evaluate(`unkilled.${kind}`)];
      expect(mine.code, mine.stderr).toBe(0);
      expect(JSON.parse(mine.stdout)).toEqual(JSON.parse(theirs.stdout));
    }
  });
});

describe('what goes with a run', () => {
  it('a share held back, weights by class, augmentation, an unfrozen layer, another optimizer, an early end', async () => {
    const { code, stdout, stderr } = await vggpu(
      [
        ...base('all.h5'),
        ...['--valid-fraction', '0.25', '--class-weights', 'red=1,blue=2', '--augment', 'flip,shift=0.05'],
        ...['--unfreeze', 'fc1', '--base-lr', '1e-5', '--optimizer', 'sgd', '--momentum', '0.9'],
        ...['--epochs', '30', '--early-stop', '1', '--batch-size', '6', '--lr', '5'],
      ],
      environment,
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Training: Found 18 images/);
    expect(stderr).toMatch(/Validation: Found 6 images/);
    expect(stderr).toMatch(/not cached/);
    expect(stdout).toMatch(/^Stopped early after epoch \d+/);
    expect(stdout).toMatch(/Best epoch: \d+ of \d+ \(val_loss [\d.]+\), in .*all\.best\.h5\. Log: .*all\.csv/);
  });

  it('--lr-find draws a curve, suggests a rate, and trains nothing', async () => {
    const { code, stdout, stderr } = await vggpu([...base('rate.h5'), '--lr-find', '--batch-size', '8'], environment);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/Suggested learning rate: [\d.e-]+\. The curve is in .*rate\.lr\.svg/);
    expect(stdout).toMatch(/vggpu finetune .* --lr=[\d.e-]+\n$/);
    expect(readFileSync(at('rate.lr.svg'), 'utf8')).toMatch(/^<svg .*suggestion: [\d.e-]+/s);
    expect(existsSync(at('rate.h5'))).toBe(false);
  });

  it.each([
    [['--valid', 'x', '--valid-fraction', '0.1'], /exclude each other/],
    [['--valid-fraction', '1'], /--valid-fraction must be a number from 0 to below 1, not '1'/],
    [['--valid-fraction', '0'], /between 0 and 1, not 0/],
    [['--augment', 'flip,tilt=3'], /--augment does not know 'tilt=3'.*rotation=DEGREES/],
    [['--augment', 'shift=2'], /shift is 2/],
    [['--class-weights', 'red'], /--class-weights must be 'balanced' or a factor/],
    [['--class-weights', 'green=2'], /No class is called green; the classes are blue, red/],
    [['--unfreeze', 'conv9'], /Cannot unfreeze from 'conv9': .*block1_conv1/],
    [['--base-lr', '0.1'], /--base-lr is for pretrained layers.*--unfreeze/],
    [['--momentum', '0.9'], /adam takes no momentum/],
    [['--early-stop', '0'], /--early-stop must be a whole number from 1/],
    [['--checkpoint-minutes', '0'], /--checkpoint-minutes must be a number above 0/],
  ])('%j is refused in a sentence, and nothing is written', async (more, sentence) => {
    const { code, stderr } = await vggpu([...base('refused.h5'), ...more], environment);
    expect(stderr).toMatch(sentence);
    expect(code).toBe(1);
    expect(readdirSync(folder).filter((name) => name.includes('refused'))).toEqual([]);
  });

  it('an unknown optimizer is wrong usage, with those there are', async () => {
    const { code, stderr } = await vggpu([...base('refused.h5'), '--optimizer', 'adagrad'], environment);
    expect(code).toBe(2);
    expect(stderr).toMatch(/adam, sgd, rmsprop/);
  });
});
