// Lays the archive's tree out in a folder: the project's own layout, compiled file by file, so that every relative path holds.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { needsOf } from './packages.js';

/** A part of the archive and what it takes before it is packed. */
export interface Part {
  readonly name: string;
  readonly bytes: number;
}

/** Tests that look at kernels and what is made of them; the others need npm, a browser or data from elsewhere. */
const TESTED = ['kernels', 'autograd', 'nn', 'tune'];

/** Fills `folder`, which is made, from the project at `root`. */
export async function stage(root: string, folder: string): Promise<Part[]> {
  const source = typescriptBelow(root, 'src');
  const bench = typescriptBelow(root, 'bench');
  const tests = TESTED.flatMap((name) => typescriptBelow(root, `test/${name}`)).filter((file) =>
    file.endsWith('.test.ts'),
  );
  const needs = await needsOf(root, [...source, ...bench, ...tests]);
  mkdirSync(folder, { recursive: true });

  await compile(root, folder, source, 'esm');
  await compile(root, folder, source, 'cjs');
  symlinkSync('src', join(folder, 'dist')); // what is built and what it is built from are the same here
  await compile(root, folder, [...bench, ...needs.own.filter((file) => /^(test|scripts)\//.test(file))], 'esm');
  await compile(root, folder, ['scripts/portable/run-tests.ts', 'scripts/portable/run-test-file.ts'], 'esm');
  writeFileSync(join(folder, 'test', 'portable.json'), JSON.stringify(tests.map(compiledName)));

  copyPublished(root, folder);
  for (const file of needs.packages) copy(root, folder, file);
  await makeVitest(root, folder);
  copyNode(join(folder, 'node'));
  copyFileSync(join(root, 'scripts/portable/vggpu'), join(folder, 'vggpu'));
  chmodSync(join(folder, 'vggpu'), 0o755);
  writeFileSync(join(folder, 'commit'), `${commit(root)}\n`);
  return measure(folder);
}

/** TypeScript files below a folder, relative to the root; none where there is no such folder. */
function typescriptBelow(root: string, folder: string): string[] {
  const names = statSync(join(root, folder), { throwIfNoEntry: false })
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    : [];
  return names
    .filter((name) => /\.c?ts$/.test(name) && !/\.d\.ts$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

const compiledName = (file: string) => file.replace(/ts$/, 'js');

/** Strips the types, file by file; `.cts` files are those in CommonJS. */
async function compile(root: string, folder: string, files: readonly string[], format: 'esm' | 'cjs'): Promise<void> {
  await build({
    entryPoints: files.filter((file) => file.endsWith('.cts') === (format === 'cjs')),
    ...{
      absWorkingDir: root,
      outdir: folder,
      outbase: root,
      bundle: false,
      format,
      platform: 'node',
      target: 'node20',
    },
    ...{ outExtension: { '.js': format === 'cjs' ? '.cjs' : '.js' }, logLevel: 'warning' },
  });
}

/** What npm publishes, other than what is compiled here, and what the bench reads. */
function copyPublished(root: string, folder: string): void {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] };
  for (const path of ['package.json', 'docs/portable.md', ...files.filter((path) => path !== 'dist')]) {
    if (existsSync(join(root, path))) copy(root, folder, path);
    else console.error(`Not packed, since it is not built (npm run build): ${path}`);
  }
  const notCompiled = readdirSync(join(root, 'bench'), { recursive: true, encoding: 'utf8' })
    .map((name) => join('bench', name))
    .filter((path) => !/\.ts$|^bench\/results\//.test(path) && statSync(join(root, path)).isFile());
  for (const path of notCompiled) copy(root, folder, path);
}

function copy(root: string, folder: string, path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  cpSync(join(root, path), join(folder, path), { recursive: true });
}

/** A package called vitest that runs the tests as they are, without Vite. */
async function makeVitest(root: string, folder: string): Promise<void> {
  const home = join(folder, 'node_modules', 'vitest');
  await build({
    ...{ entryPoints: ['scripts/portable/vitest.ts'], absWorkingDir: root, outfile: join(home, 'index.js') },
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'warning' },
  });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'vitest', type: 'module', main: 'index.js' }));
}

/** Copies the Node that runs this, without its symbols where they can be taken away. */
function copyNode(target: string): void {
  const runs = () => spawnSync(target, ['--version'], { encoding: 'utf8' }).stdout?.trim() === process.version;
  spawnSync('strip', ['-o', target, process.execPath]);
  if (runs()) return;
  copyFileSync(process.execPath, target);
  chmodSync(target, 0o755);
  if (!runs()) throw new Error(`${process.execPath} does not run once it is copied: it needs files beside it.`);
}

/** The commit that is packed, with a plus where tracked files differ from it. */
function commit(root: string): string {
  const git = (...parameters: string[]) =>
    execFileSync('git', parameters, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '');
  } catch {
    return 'unknown';
  }
}

/** The bytes of each entry of the tree, and of each package, the largest first. */
function measure(folder: string): Part[] {
  const names = readdirSync(folder).filter((name) => name !== 'node_modules' && name !== 'dist');
  const packages = readdirSync(join(folder, 'node_modules')).map((name) => join('node_modules', name));
  const bytesOf = (path: string): number => {
    const facts = statSync(path);
    return facts.isDirectory()
      ? readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0)
      : facts.size;
  };
  const parts = [...names, ...packages].map((name) => ({ name, bytes: bytesOf(join(folder, name)) }));
  return parts.sort((a, b) => b.bytes - a.bytes);
}
