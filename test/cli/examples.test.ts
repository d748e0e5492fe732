// Every example is type-checked, and runs as its first lines say on a small job; the README shows the same program.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { zipOf } from '../data/split/zip-writer.js';
import { temporaryFolder } from '../temporary-folder.js';
import { writeColours } from './samples.js';

const root = join(import.meta.dirname, '../..');
const folder = temporaryFolder();

/** A short run of an example. */
interface ExampleRun {
  /** Writes what it works on into an empty folder. @returns its arguments */
  prepare(folder: string): Promise<readonly string[]>;
  readonly stdout: RegExp;
  readonly stderr?: RegExp;
}

const MINI = join(root, 'models/vgg-mini.h5');

const RUNS: Readonly<Record<string, ExampleRun>> = {
  'from-scratch.ts': {
    async prepare(folder) {
      await writeColours(join(folder, 'train'), 8, 1);
      await writeColours(join(folder, 'valid'), 4, 2);
      return [folder, '3'];
    },
    stdout:
      /Total params: 176,225[\s\S]*epoch,acc,loss,val_acc,val_loss\n0,[\s\S]*On 8 pictures it has not seen: loss [\d.]+, accuracy/,
  },
  'lesson1.ts': {
    async prepare(folder) {
      await writeColours(join(folder, 'train'), 6, 1);
      await writeColours(join(folder, 'valid'), 3, 2);
      return [folder, MINI, 'mini'];
    },
    stdout:
      /valAcc[\s\S]*Total params: 660,718[\s\S]*Shape: \(4, 70\)[\s\S]*Predictions prob\/class:\n( {2}[\d.]+\/\d+\n){4}/,
    stderr: /Found 12 images belonging to 2 classes\.\s+Found 6 images belonging to 2 classes\./,
  },
  'redux.ts': {
    async prepare(folder) {
      await writeColours(join(folder, 'drawn'), 12, 1);
      const picture = (name: string) => readFileSync(join(folder, 'drawn', name));
      const train = ['cat', 'dog'].flatMap((name, c) =>
        Array.from({ length: 10 }, (_, i) => ({
          name: `train/${name}.${i}.jpg`,
          data: picture(`${['blue', 'red'][c]}/${['blue', 'red'][c]}.${i}.jpg`),
        })),
      );
      const test = [10, 11].map((i) => ({ name: `test/${i - 9}.jpg`, data: picture(`red/red.${i}.jpg`) }));
      writeFileSync(join(folder, 'train.zip'), zipOf(train));
      writeFileSync(join(folder, 'test.zip'), zipOf(test));
      return [folder, MINI, '6'];
    },
    stdout: /unknown: 2[\s\S]*id,label\n1,0\.\d{5}\n2,0\.\d{5}\n[\s\S]*most uncertain: 6\n/,
    stderr: /Found 14 images belonging to 2 classes\./,
  },
};

const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'));

it('every example has a run here', () => {
  expect(examples).toEqual(Object.keys(RUNS).sort());
});

it('every example has the types that the project asks for', () => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const paths = examples.map((name) => join(root, 'examples', name));
  const program = ts.createProgram(paths, options);
  const found = paths.flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)));
  expect(ts.formatDiagnostics(found, ts.createCompilerHost(options))).toBe('');
});

describe.each(Object.entries(RUNS))('examples/%s', (name, { prepare, stdout, stderr = /(?:)/ }) => {
  it('does a small job', async () => {
    const home = join(folder, name);
    mkdirSync(home);
    const parameters = await prepare(home);
    const run = spawnSync(process.execPath, ['--import', 'tsx', `examples/${name}`, ...parameters], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', VGGPU_CACHE: join(home, 'cache') },
    });
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toMatch(stdout);
    expect(run.stderr).toMatch(stderr);
  });
});

it('the README shows the lines of examples/lesson1.ts', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const example = readFileSync(join(root, 'examples/lesson1.ts'), 'utf8');
  const lines = example.slice(example.indexOf('const vgg'), example.indexOf('console.log')).trim();
  expect(readme).toContain(lines);
});
