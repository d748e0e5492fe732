// What npm publishes works in an empty project: types, library, command line, and the engine in a page.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import { describe, expect } from 'vitest';
import { drawCat, drawPicture } from '../../src/data/drawings/index.js';
import { Vgg16 } from '../../src/vgg16/vgg16.js';
import { itWith } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';
import { installPackage, ROOT } from './install.js';

const folder = temporaryFolder();
const at = (...path: string[]) => join(folder, ...path);
const installed = installPackage(folder);
const itInstalled = itWith(installed !== undefined, 'the network, or an npm cache with the dependencies,');
const mini = 'node_modules/vggpu/models/vgg-mini.h5';

/** Runs a program in the project. */
function run(command: string, ...parameters: string[]) {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stdout, stderr } = spawnSync(command, parameters, { cwd: folder, encoding: 'utf8', env });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** The compiler's complaints about one file of the project, declarations of the packages included. */
function compile(name: string, text: string, settings: ts.CompilerOptions): string {
  writeFileSync(at(name), text);
  const options: ts.CompilerOptions = {
    ...{ target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext },
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
    typeRoots: [join(ROOT, 'node_modules/@types')],
    ...settings,
  };
  const program = ts.createProgram([at(name)], options);
  const { diagnostics } = program.emit();
  return ts.formatDiagnostics([...ts.getPreEmitDiagnostics(program), ...diagnostics], ts.createCompilerHost(options));
}

describe('the tarball', () => {
  itInstalled('holds what a user needs and no more', () => {
    const home = at('node_modules/vggpu');
    expect(readdirSync(home).sort()).toEqual(
      ['LICENSE', 'README.md', 'dist', 'dist-explorer', 'models', 'package.json', 'shaders'].sort(),
    );
    const files = readdirSync(home, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => /\.(test\.|tsbuildinfo|map$|tgz$)/.test(name))).toEqual([]);
    const shaders = (root: string) => readdirSync(join(root, 'shaders'), { recursive: true, encoding: 'utf8' }).sort();
    expect(shaders(home)).toEqual(shaders(ROOT));
    expect(statSync(installed!.tarball).size).toBeLessThan(4e6);
  });
});

describe('the library', () => {
  const program = `
    import { type Evaluation, Vgg16, VggpuError } from 'vggpu';
    import { describeLayers, type NetworkSpec } from 'vggpu/engine';
    const [weights = '', picture = ''] = process.argv.slice(2);
    const vgg: Vgg16 = await Vgg16.create({ weights, say: () => {} });
    const { classes, probabilities } = await vgg.predict([picture]);
    const spec: NetworkSpec = vgg.spec;
    const failed: unknown = await vgg.predict(['no.jpg']).catch((error: unknown) => error);
    const code = failed instanceof VggpuError ? failed.code : failed;
    // @ts-expect-error: the types are known, not any
    const wrong = (evaluation: Evaluation): string => evaluation.accuracy;
    console.log(JSON.stringify({ classes, probabilities, layers: describeLayers(spec).length, code, wrong }));
    await vgg.close();
  `;

  itInstalled('has types that a strict project compiles with, and predicts as it does here', async () => {
    expect(compile('predict.ts', program, { types: ['node'] })).toBe('');
    writeFileSync(at('cat.jpg'), await drawPicture({ name: 'cat', draw: drawCat }, 1, 0));
    const vgg = await Vgg16.create({ weights: at(mini), say: () => {} });
    const { classes, probabilities } = await vgg.predict([at('cat.jpg')]);
    await vgg.close();
    const said = JSON.parse(run(process.execPath, 'predict.js', mini, 'cat.jpg'));
    expect(said).toEqual({ classes, probabilities, layers: vgg.spec.layers.length, code: 'pictures' });
  });
});

describe('the engine', () => {
  const page = `
    import { createGpu, createTape, type Gpu, relu, tensorFrom } from 'vggpu/engine';
    const adapter = await navigator.gpu.requestAdapter();
    const device: GPUDevice = await adapter!.requestDevice();
    const gpu: Gpu = createGpu(device, { kind: 'gpu', shaderText: (path) => path });
    relu(createTape(gpu), tensorFrom(gpu, [2], new Float32Array([1, -1]), 'x'));
  `;

  itInstalled("has types that need a page's and none of Node's", () => {
    const lib = ['lib.es2023.d.ts', 'lib.dom.d.ts'];
    expect(compile('page.ts', page, { types: [], lib, noEmit: true })).toBe('');
  });

  itInstalled('bundles for a page, from its three folders alone', async () => {
    writeFileSync(at('page.ts'), page);
    const { metafile } = await build({
      ...{ entryPoints: [at('page.ts')], absWorkingDir: folder, outfile: at('page.js') },
      ...{ bundle: true, format: 'esm', platform: 'browser', metafile: true, logLevel: 'silent' },
    });
    const home = 'node_modules/vggpu/dist';
    const inputs = Object.keys(metafile.inputs).filter((path) => path !== 'page.ts');
    const places = inputs.map((path) => relative(home, path).split('/')[0]!);
    expect([...new Set(places)].sort()).toEqual(['autograd', 'engine.js', 'errors.js', 'kernels', 'nn']);
    expect(readFileSync(at('page.js'), 'utf8')).not.toMatch(/["'`]node:|\brequire\(/);
  });
});

describe('npx vggpu', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const npx = (...parameters: string[]) => run('npx', '--no-install', 'vggpu', ...parameters);

  itInstalled('says its version', () => {
    expect(npx('--version')).toBe(`${version}\n`);
  });

  itInstalled('finds an adapter', () => {
    expect(JSON.parse(npx('doctor', '--json'))).toMatchObject({ ok: true });
  });

  itInstalled('describes the network that comes with it', () => {
    expect(npx('summary', '--weights', mini)).toMatch(/block1_conv1[\s\S]+predictions/);
  });
});
