// Finds out which files of node_modules a set of program files needs, by following their imports as a bundler does.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/** Packages that a program loads by a name which no bundler sees. */
const LOADED_BY_NAME = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu', '@tensorflow/tfjs-backend-wasm'];

/** Files that are opened and not imported: the machine code of this platform, and the software Vulkan. */
const OPENED = [
  'node_modules/webgpu/dist/linux-x64/dawn.node',
  'node_modules/@img/sharp-linux-x64',
  'node_modules/@img/sharp-libvips-linux-x64',
  'node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
  'node_modules/@sparticuz/chromium/bin/swiftshader.tar.br',
  'node_modules/@sparticuz/chromium/build/cjs/index.cjs', // never run: the package is found by it
];

/** What a program needs, as paths relative to the root. */
export interface Needs {
  /** Files of the project. */
  readonly own: readonly string[];
  /** Files of node_modules, with each package's package.json and licence. */
  readonly packages: readonly string[];
}

/** Everything that the given files import, directly or not, and they themselves. */
export async function needsOf(root: string, files: readonly string[]): Promise<Needs> {
  const contents = [
    ...files.map((file) => `import ${JSON.stringify(`./${file}`)};`),
    ...LOADED_BY_NAME.map((name) => `require(${JSON.stringify(name)});`),
  ].join('\n');
  const { metafile } = await build({
    ...{ stdin: { contents, resolveDir: root }, absWorkingDir: root, outfile: 'traced.js', write: false },
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', metafile: true, logLevel: 'error' },
    external: ['*.node', 'vitest'],
  });
  const inputs = Object.keys(metafile.inputs).filter((path) => path !== '<stdin>');
  const own = inputs.filter((path) => !path.includes('node_modules/'));
  const packages = new Set(OPENED.flatMap((path) => filesBelow(root, path)));
  for (const path of inputs) if (path.startsWith('node_modules/')) packages.add(path);
  for (const path of [...packages]) for (const file of descriptionsOf(root, path)) packages.add(file);
  return { own: own.sort(), packages: [...packages].sort() };
}

function filesBelow(root: string, path: string): string[] {
  const entries = readdirOrUndefined(join(root, path));
  return entries ? entries.flatMap((name) => filesBelow(root, join(path, name))) : [path];
}

function readdirOrUndefined(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Every package.json from a file's folder up to its package's (some folders say by one that they are ESM), and the licences there. */
function descriptionsOf(root: string, path: string): string[] {
  const home = path.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1];
  if (home === undefined) throw new Error(`${path} belongs to no package.`);
  const found: string[] = [];
  for (let folder = dirname(path); folder.length >= home.length; folder = dirname(folder)) {
    for (const name of readdirSync(join(root, folder)))
      if (name === 'package.json' || (folder === home && /^(licen[cs]e|notice)/i.test(name)))
        found.push(...filesBelow(root, join(folder, name)));
  }
  return found;
}
