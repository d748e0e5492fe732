// Unpacks the software Vulkan that the npm package @sparticuz/chromium ships, so that a machine without any driver works.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { VggpuError } from '../errors.js';
import { cacheFolder, type Say } from './cache-folder.js';

/** Where the unpacked software Vulkan lies. */
export interface SwiftShader {
  /** The Vulkan loader, `libvulkan.so.1`. */
  readonly loader: string;
  /** The JSON file that tells the loader which driver to load. */
  readonly manifest: string;
  /** The package's version, as in its package.json. */
  readonly version: string;
}

const PACKAGE = '@sparticuz/chromium';
const WANTED = ['libvulkan.so.1', 'libvk_swiftshader.so', 'vk_swiftshader_icd.json'];

/** Finds the installed package's folder; its `exports` hide package.json, so its main file is resolved and the folders walked up. */
function packageFolder(): string | undefined {
  let folder: string;
  try {
    folder = dirname(createRequire(import.meta.url).resolve(PACKAGE));
  } catch {
    return undefined;
  }
  while (!existsSync(join(folder, 'bin', 'swiftshader.tar.br'))) {
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return folder;
}

/** Why the npm package's software Vulkan cannot run here, or undefined where it can. */
export function whyNoSwiftShader(): string | undefined {
  if (process.platform !== 'linux')
    return `the npm package's SwiftShader is for Linux, and this is ${process.platform}`;
  if (process.arch !== 'x64') return `the npm package's SwiftShader is for x64, and this is ${process.arch}`;
  if (packageFolder() === undefined) return `the npm package ${PACKAGE} is not installed (run npm ci)`;
  return undefined;
}

/** The files of a tar archive by name: plain ustar entries, which is what the package holds. */
function* filesInTar(tar: Uint8Array): Generator<{ name: string; bytes: Uint8Array }> {
  const text = (from: number, length: number) =>
    Buffer.from(tar.subarray(from, from + length))
      .toString('latin1')
      .split('\0', 1)[0]!;
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim(), 8);
    const name = text(at, 100);
    const plain = tar[at + 156] === 0x30 || tar[at + 156] === 0;
    if (!Number.isInteger(size) || at + 512 + size > tar.length) throw new Error(`the archive is cut off in ${name}`);
    if (plain) yield { name: name.replace(/^\.\//, ''), bytes: tar.subarray(at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

/** Whether every file is there with the size that was written down when the folder was made. */
function isWhole(folder: string): boolean {
  try {
    const sizes = JSON.parse(readFileSync(join(folder, 'sizes.json'), 'utf8')) as Record<string, number>;
    return WANTED.every((name) => typeof sizes[name] === 'number' && statSync(join(folder, name)).size === sizes[name]);
  } catch {
    return false;
  }
}

/** Unpacks the archive into a fresh folder beside `target` and renames it there; whoever comes second uses the first one's. */
function unpack(archive: string, target: string): void {
  const fresh = `${target}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(fresh);
    const sizes: Record<string, number> = {};
    for (const { name, bytes } of filesInTar(brotliDecompressSync(readFileSync(archive)))) {
      if (!WANTED.includes(name)) continue;
      writeFileSync(join(fresh, name), bytes, { mode: 0o755, flush: true });
      sizes[name] = bytes.length;
    }
    writeFileSync(join(fresh, 'sizes.json'), JSON.stringify(sizes), { flush: true });
    if (!isWhole(fresh)) throw new Error(`it does not hold ${WANTED.join(', ')}`);
    if (existsSync(target) && !isWhole(target)) renameSync(target, `${fresh}.broken`);
    renameSync(fresh, target);
  } catch (error) {
    if (isWhole(target)) return;
    const reason = error instanceof Error ? error.message : String(error);
    throw new VggpuError(
      'device',
      `The software Vulkan in ${archive} could not be unpacked to ${target}: ${reason}. ` +
        'Run npm ci again, or set VGGPU_CACHE to a folder with 10 MB of room.',
      { cause: error },
    );
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(`${fresh}.broken`, { recursive: true, force: true });
  }
}

/**
 * Unpacks the npm package's SwiftShader into the cache folder, or finds it there from an earlier time. Safe when several processes do it at
 * once. Throws a `device` error where the package is absent, of another platform or broken.
 */
export function unpackSwiftShader(say?: Say): SwiftShader {
  const reason = whyNoSwiftShader();
  const folder = packageFolder();
  if (reason !== undefined || folder === undefined) {
    throw new VggpuError('device', `No software Vulkan to fall back on: ${reason}.`);
  }
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const target = join(cacheFolder(say), `swiftshader-${version}`);
  if (!isWhole(target)) unpack(join(folder, 'bin', 'swiftshader.tar.br'), target);
  return { loader: join(target, WANTED[0]!), manifest: join(target, WANTED[2]!), version };
}
