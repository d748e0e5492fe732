// `vggpu plots` as a person runs it: a sheet of a folder, and what is said of bad input.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';
import { vggpu } from './run.js';
import { writeColours } from './samples.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  await writeColours(at('set'), 3, 1);
  writeFileSync(join(at('set'), 'red', 'broken.jpg'), 'no picture');
});

it('draws a folder, skips what is no picture, and writes titles', async () => {
  const { code, stdout, stderr } = await vggpu([
    'plots',
    at('set'),
    '--titles',
    '--columns',
    '3',
    '--out',
    at('sheet.png'),
  ]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/Wrote .*sheet\.png: 6 pictures, 800 x 592 pixels\./);
  expect(stderr).toMatch(/Skipped .*broken\.jpg: not a picture/);
  expect(await sharp(at('sheet.png')).metadata()).toMatchObject({ format: 'png', width: 800, height: 592 });
});

it('takes titles from predictions', async () => {
  writeFileSync(at('preds.csv'), 'file,blue,red\nblue/blue.0.jpg,0.75,0.25\nred/red.0.jpg,0.125,0.875\n');
  const run = (...more: string[]) =>
    vggpu(['plots', ...more, '--titles-from', at('preds.csv'), '--out', at('predicted.png')]);
  const { code, stdout, stderr } = await run(at('set'));
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/6 pictures, 1060 x 644 pixels/); // two lines of title
  const other = await run(join(at('set'), 'red', 'red.1.jpg'));
  expect([other.code, other.stderr]).toEqual([
    1,
    expect.stringMatching(/preds\.csv has no row for .*red\.1\.jpg, .*its first is blue\/blue\.0\.jpg/),
  ]);
});

it.each([
  [['none.jpg', '--out', 'none.png'], /Skipped none\.jpg: there is no such file.*None of the pictures can be read/s],
  [['SET', '--out', 'sheet.jpg'], /The sheet is a PNG, and sheet\.jpg is no name for one/],
  [['SET', '--out', 'nowhere/sheet.png'], /the folder nowhere does not exist/],
  [['SET', '--out', 'x.png', '--columns', '0'], /--columns must be a whole number from 1, not '0'/],
  [['SET', '--out', 'x.png', '--titles-from', 'no.csv'], /no\.csv/],
])('refuses %j', async (parameters, says) => {
  const before = readdirSync(folder);
  const { code, stdout, stderr } = await vggpu([
    'plots',
    ...parameters.map((word) => (word === 'SET' ? at('set') : word)),
  ]);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/\n\s+at /); // no stack
  expect([code, stdout]).toEqual([1, '']);
  expect(readdirSync(folder)).toEqual(before);
  expect(existsSync('none.png')).toBe(false);
});
