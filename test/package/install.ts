// The package as npm would publish it, installed in an empty project.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** What npm says where a package is neither in its cache nor to be had. */
const NO_NETWORK =
  /\b(ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/;

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

/**
 * Packs the project as it is built and installs the tarball. The dependencies are those of the project's lock file, which
 * npm's cache holds after `npm ci`.
 * @param folder an empty one, which becomes the project
 * @returns undefined where the dependencies cannot be had
 */
export function installPackage(folder: string): { readonly tarball: string } | undefined {
  if (!existsSync(join(ROOT, 'dist/index.js')))
    throw new Error('The package is not built: npm run build (npm test does it).');
  const packed = npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', folder);
  if (packed.status !== 0) throw new Error(`npm pack failed: ${packed.stderr}`);
  const name = packed.stdout.trim().split('\n').at(-1)!;
  writeProject(folder, `file:${name}`);
  const settings = [
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=1000',
  ];
  const installed = npm(folder, 'install', ...settings);
  if (installed.status === 0) return { tarball: join(folder, name) };
  if (NO_NETWORK.test(installed.stderr)) return undefined;
  throw new Error(`npm install failed: ${installed.stderr}`);
}

/** An empty project that depends on the tarball, with the versions that this project is tested with. */
function writeProject(folder: string, resolved: string): void {
  const { packages } = readJson<Lock>('package-lock.json');
  const { version, dependencies, bin } = readJson<Record<string, unknown>>('package.json');
  const locked = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
  const project = { name: 'empty', private: true, type: 'module', dependencies: { vggpu: resolved } };
  const lock = {
    ...{ name: 'empty', lockfileVersion: 3, requires: true },
    packages: {
      '': { name: 'empty', dependencies: project.dependencies },
      'node_modules/vggpu': { version, resolved, dependencies, bin },
      ...Object.fromEntries(locked),
    },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
}

function npm(cwd: string, ...parameters: string[]) {
  return spawnSync('npm', parameters, { cwd, encoding: 'utf8' });
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8')) as T;
}
