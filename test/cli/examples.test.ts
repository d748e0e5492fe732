// Every example runs as its first lines say, and the README shows the same program.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sampleVgg16, writeSample } from '../data/keras/samples.js';
import { temporaryFolder } from '../temporary-folder.js';
import { writeColours } from './samples.js';

const root = join(import.meta.dirname, '../..');
const folder = temporaryFolder();

it("lesson 1's seven lines", async () => {
  await writeSample(join(folder, 'vgg16.h5'), sampleVgg16(), { channelsFirst: true, rotated: true });
  await writeColours(join(folder, 'train'), 6, 1);
  await writeColours(join(folder, 'valid'), 3, 2);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'examples/lesson1.ts', folder, join(folder, 'vgg16.h5')],
    { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', VGGPU_CACHE: join(folder, 'cache') } },
  );
  expect(stderr).toMatch(/Found 12 images belonging to 2 classes\.\s+Found 6 images belonging to 2 classes\./);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/valAcc/);
});

it('the README shows the lines of examples/lesson1.ts', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const example = readFileSync(join(root, 'examples/lesson1.ts'), 'utf8');
  const lines = example.slice(example.indexOf('const vgg'), example.indexOf('console.log')).trim();
  expect(readme).toContain(lines);
});
