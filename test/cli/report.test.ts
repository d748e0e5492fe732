// `vggpu evaluate --report` as a person runs it: the page says what the evaluation found, and bad input ends early.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { openPage } from '../browser.js';
import { whyNoBrowser } from '../chromium.js';
import { sampleVgg16, writeSample } from '../data/keras/samples.js';
import { itWith } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';
import { vggpu } from './run.js';
import { writeColours } from './samples.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const environment = { VGGPU_CACHE: temporaryFolder() };
const [weights, model, report] = [at('vgg.h5'), at('model.h5'), at('report.html')];
const log = at('training.csv');
const command = (...words: string[]) => vggpu(words, environment);
const evaluate = (...more: string[]) => command('evaluate', at('valid'), '--weights', model, ...more);

beforeAll(async () => {
  await writeSample(weights, sampleVgg16(), { channelsFirst: true, rotated: true });
  await writeColours(at('train'), 6, 1);
  await writeColours(at('valid'), 5, 2);
  writeFileSync(join(at('valid'), 'red', 'broken.jpg'), 'no picture');
  writeFileSync(
    log,
    'epoch,loss,acc,val_loss,val_acc,seconds,learning_rate\n1,0.7,0.5,,,1.5,0.01\n2,0.4,0.9,,,0.1,0.01\n',
  );
  const head = ['--cut', 'block1_pool', '--head', 'gap', '--batch-size', '4', '--epochs', '2'];
  const sets = ['--train', at('train'), '--valid', at('valid')];
  const { code, stderr } = await command('finetune', ...sets, '--weights', weights, '--out', model, ...head);
  expect(code, stderr).toBe(0);
});

describe('evaluate --report', () => {
  itWith(whyNoBrowser === undefined, `a browser (${whyNoBrowser})`)(
    'writes a page with the numbers it prints',
    async () => {
      const { code, stdout, stderr } = await evaluate(
        '--report',
        report,
        '--log',
        log,
        '--views',
        '2',
        '--seed',
        '7',
        '--json',
      );
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/Skipped red\/broken\.jpg: /);
      expect(stderr).toMatch(/Wrote .*report\.html/);
      const result = JSON.parse(stdout);
      expect(Object.keys(result)).toEqual(['loss', 'accuracy', 'confusion', 'skipped']);
      expect(Object.keys(result.confusion)).toEqual(['classes', 'matrix']);

      const { page, errors, requests } = await openPage(pathToFileURL(report).href);
      const counts = await page.locator('.matrix .count').allTextContents();
      expect(counts.map(Number)).toEqual(result.confusion.matrix.flat());
      const summary = await page.locator('#summary').innerText();
      expect(summary).toContain(`${(100 * result.accuracy).toFixed(2)} %`);
      expect(summary).toContain(result.loss.toFixed(4));
      const pictures = await page.locator('dialog figure .file').allTextContents();
      expect(pictures.sort()).toEqual(
        ['blue', 'red'].flatMap((name) => [0, 1, 2, 3, 4].map((i) => `${name}/${name}.${i}.jpg`)),
      );
      expect(await page.locator('dialog img').count()).toBe(10);
      expect(await page.locator('#views .view').first().locator('figure').count()).toBeLessThanOrEqual(2);
      expect(await page.locator('#training').innerText()).toMatch(/2 epochs, 2 s, learning rate 0\.01, no validation/);
      expect(await page.locator('#skipped').innerText()).toMatch(/red\/broken\.jpg\s+not a picture/);
      const made = await page.locator('#made').innerText();
      expect(made).toMatch(
        /vggpu evaluate .*valid --weights .*model\.h5 --report .*report\.html --log .*training\.csv --views 2 --seed 7 --json/,
      );
      expect(made).toMatch(/Seed\s+7/);
      expect(made).toMatch(/model\.h5, [\d.]+ kB/);
      expect(made).toMatch(/optimizer/);
      expect({ errors, requests }).toEqual({ errors: [], requests: [] });
    },
  );

  it('writes one without a log as well, and the numbers for people', async () => {
    const alone = join(at('train'), '..', 'alone.h5');
    writeFileSync(alone, readFileSync(model));
    const words = ['evaluate', at('valid'), '--weights', alone, '--report', at('alone.html')];
    const { code, stdout, stderr } = await command(...words);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^accuracy \d\.\d{4}, loss \d+\.\d{4}, 10 pictures, 1 skipped/);
    expect(readFileSync(at('alone.html'), 'utf8')).toMatch(
      /There are no training curves\. No log of the training run lies at .*alone\.csv/,
    );
  });

  it.each([
    [['--report', at('nowhere/report.html')], /the folder .*nowhere does not exist/],
    [['--report', at('x.html'), '--log', at('no.csv')], /The log .*no\.csv: there is no such file/],
    [['--report', at('x.html'), '--log', weights], /The log .*vgg\.h5: its first line has no column epoch/],
    [['--report', at('x.html'), '--views', '0'], /--views must be a whole number from 1, not '0'/],
    [['--views', '3'], /--views needs --report FILE/],
    [['--seed', '3'], /--seed needs --report FILE/],
  ])('ends early: %j', async (parameters, says) => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await evaluate(...parameters);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /); // no stack
    expect([code, stdout]).toEqual([1, '']);
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(at('x.html'))).toBe(false);
  });
});
