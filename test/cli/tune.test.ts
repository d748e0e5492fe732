// `vggpu tune` and `vggpu kernels`: one measures, the other says what was found and what runs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addKernels } from '../../src/cli/kernels.js';
import { addTune } from '../../src/cli/tune.js';
import { temporaryFolder } from '../temporary-folder.js';
import { writeTinyVgg16 } from '../vgg16/red-and-blue.js';
import { runCommand } from './in-process.js';

const folder = temporaryFolder();
const weights = join(folder, 'tiny.h5');
const environment = { ...process.env };
const network = ['--weights', weights, '--batch', '4'];

beforeAll(async () => {
  Object.assign(process.env, { VGGPU_CACHE: join(folder, 'cache'), VGGPU_TUNE: '' });
  await writeTinyVgg16(weights);
});

afterAll(() => {
  for (const name of ['VGGPU_CACHE', 'VGGPU_TUNE']) {
    if (environment[name] === undefined) delete process.env[name];
    else process.env[name] = environment[name];
  }
});

const tune = (...more: string[]) => runCommand(addTune, 'tune', ...network, ...more);
const kernels = (...more: string[]) => runCommand(addKernels, 'kernels', ...more, ...network);

it('nothing is tuned at first, and the built-in order decides', async () => {
  const { stdout } = await kernels('conv3x3/forward');
  expect(stdout).toMatch(/^Nothing was tuned here yet.*'vggpu tune' measures\.\n/);
  expect(stdout).toMatch(/\n {2}naive +one output an invocation\n/);
  expect(stdout).toMatch(
    /\n {2}H=32 W=32 C=3 K=\d+ pad=1 +\S+ +built in: the first for a [CG]PU that takes it and pays\n/,
  );
  expect(stdout).not.toContain('matmul');
});

it('tunes for no longer than it may, then goes on, and in the end has tuned every shape once', async () => {
  const { stdout: first } = await tune('--quick', '--minutes', '0.02');
  const [, done, total] = /^(\d+) of (\d+) shapes are tuned; this took /.exec(first) ?? [];
  expect(Number(done)).toBeLessThan(Number(total));
  expect(first).toContain(`${Number(total) - Number(done)} are left: the same command goes on with them.`);

  const { stdout: rest } = await tune('--quick', '--minutes', '4');
  expect(rest).toMatch(new RegExp(`^${total} of ${total} shapes are tuned(, \\d+ of them before)?; this took `));
  const table = /The table is (.+\.json)\. 'vggpu kernels' shows what it says\./.exec(rest)?.[1];
  const { entries } = JSON.parse(readFileSync(table!, 'utf8')) as { entries: Record<string, { variant: string }> };
  expect(Object.keys(entries).length).toBe(Number(total));

  const { stdout: none } = await tune('--quick', '--json');
  expect(JSON.parse(none)).toMatchObject({
    table,
    shapes: Number(total),
    finished: Number(total),
    changes: [],
    wrong: [],
  });

  const { stdout: listed } = await kernels();
  expect(listed).toContain(`${total} choices were tuned, in ${table}.`);
  expect(listed.match(/ measured: [\d.]+ ms/g)?.length).toBe(Number(total));
  const { stdout: json } = await kernels('--json', 'conv3x3/forward');
  const [conv] = (JSON.parse(json) as { kernels: { name: string; choices: { shape: string; variant: string }[] }[] })
    .kernels;
  for (const { shape, variant } of conv!.choices) expect(entries[`${conv!.name} ${shape}`]?.variant).toBe(variant);
}, 400_000);

it('a broken table is left out with a line, and VGGPU_TUNE=0 leaves a good one out', async () => {
  const { stdout } = await kernels('relu', '--json');
  const { table } = JSON.parse(stdout) as { table: string };
  const whole = readFileSync(table);
  writeFileSync(table, whole.subarray(0, 50));
  const broken = await kernels('relu');
  expect(broken.stderr).toMatch(/The tuning table .* is left out: it is not JSON\. 'vggpu tune' makes it anew\./);
  expect(broken.stdout).toContain('Nothing was tuned here yet');
  writeFileSync(table, whole);
  process.env.VGGPU_TUNE = '0';
  const off = await kernels('relu').finally(() => {
    process.env.VGGPU_TUNE = '';
  });
  expect(off.stdout).toMatch(/^VGGPU_TUNE=0: the built-in order decides/);
  expect(off.stdout).not.toContain('measured');
});

it('an unknown op is answered with those that there are', async () => {
  await expect(kernels('conv5x5')).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/no op 'conv5x5'.*conv3x3\/forward, /),
  });
});

it('without weights the shapes are those of VGG16', async () => {
  const { stdout } = await runCommand(addKernels, 'kernels', 'matmul/nn', '--batch', '2');
  expect(stdout).toMatch(/ K=4096 N=4096 M=2\.\.4 /);
});
