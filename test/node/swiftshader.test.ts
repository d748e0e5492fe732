import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unpackSwiftShader } from '../../src/node/swiftshader.js';
import { NO_DRIVERS, runChild } from './run-child.js';
import { hasSwiftShader } from './which-adapters.js';

describe.skipIf(!hasSwiftShader)("npm's SwiftShader", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vggpu-test-'));
    vi.stubEnv('VGGPU_CACHE', folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is unpacked once and found again', () => {
    const { loader, manifest } = unpackSwiftShader();
    const made = statSync(loader).mtimeMs;
    expect(JSON.parse(readFileSync(manifest, 'utf8')).ICD.library_path).toContain('libvk_swiftshader.so');
    expect(unpackSwiftShader().loader).toBe(loader);
    expect(statSync(loader).mtimeMs).toBe(made);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('is unpacked again where a file was cut off', () => {
    const { loader } = unpackSwiftShader();
    const size = statSync(loader).size;
    truncateSync(loader, 1000);
    expect(statSync(unpackSwiftShader().loader).size).toBe(size);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('is unpacked by two processes at once, and both run on it', async () => {
    const both = await Promise.all([1, 2].map(() => runChild('facts', { ...NO_DRIVERS, VGGPU_CACHE: folder })));
    for (const { code, stdout } of both) {
      expect(code).toBe(0);
      expect(JSON.parse(stdout).source).toBe('npm swiftshader');
    }
    expect(readdirSync(folder)).toHaveLength(1);
  });
});
