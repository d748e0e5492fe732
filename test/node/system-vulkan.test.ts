// A machine whose own Vulkan lacks a part: the loader, or the file that announces NVIDIA's driver.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemDrivers } from '../../src/node/system-vulkan.js';
import { temporaryFolder } from '../temporary-folder.js';
import { runChild } from './run-child.js';
import { hasLavapipe } from './which-adapters.js';

const folder = temporaryFolder();

describe('systemDrivers', () => {
  const announce = (library: string, apiVersion: string) => ({ file: 'own.json', library, apiVersion });
  const icds = join(folder, 'data', 'vulkan', 'icd.d');
  mkdirSync(icds, { recursive: true });
  const environment = { XDG_DATA_HOME: join(folder, 'data') };
  const write = (name: string, library: string) => {
    const text = JSON.stringify({ ICD: { library_path: library, api_version: '1.4.303' } });
    writeFileSync(join(icds, name), text);
  };
  /** What is found where only these libraries can be loaded, without what this machine has itself. */
  const libraries = (loadable: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const { manifests, found } = systemDrivers(announce, { ...environment, ...more }, (name) =>
      loadable.includes(name),
    );
    const written = manifests.filter(({ file }) => file === 'own.json' || file.startsWith(folder));
    return { found, written: written.map(({ file, library }) => `${file.split('/').at(-1)}: ${library}`) };
  };

  it('leaves a machine without NVIDIA as it is', () => {
    write('other.json', 'libvulkan_other.so');
    expect(libraries([])).toEqual({ found: true, written: ['other.json: libvulkan_other.so'] });
  });

  it("announces NVIDIA's driver where its library is here and no file names it", () => {
    const written = ['other.json: libvulkan_other.so', 'own.json: libGLX_nvidia.so.0'];
    expect(libraries(['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'])).toEqual({ found: false, written });
  });

  it('leaves the file that names it, where that library can be loaded', () => {
    write('nvidia_icd.json', 'libGLX_nvidia.so.0');
    const written = ['nvidia_icd.json: libGLX_nvidia.so.0', 'other.json: libvulkan_other.so'];
    expect(libraries(['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'])).toEqual({ found: true, written });
  });

  it('takes the library that does without X11 where the other cannot be loaded', () => {
    const written = ['other.json: libvulkan_other.so', 'own.json: libEGL_nvidia.so.0'];
    expect(libraries(['libEGL_nvidia.so.0'])).toEqual({ found: false, written });
  });

  it('leaves the file alone where no library of NVIDIA can be loaded', () => {
    expect(libraries([])).toMatchObject({
      found: true,
      written: [expect.stringContaining('nvidia_icd'), expect.any(String)],
    });
  });

  it('takes what a person names by hand, and nothing else', () => {
    const given = { VK_DRIVER_FILES: join(icds, 'other.json') };
    expect(libraries(['libEGL_nvidia.so.0'], given)).toEqual({
      found: true,
      written: ['other.json: libvulkan_other.so'],
    });
  });
});

describe.skipIf(!hasLavapipe)('a machine with a driver and no Vulkan loader', () => {
  // A broken libvulkan.so.1 that the dynamic linker finds first stands for one that is missing.
  const libraries = join(folder, 'libraries');
  mkdirSync(libraries);
  writeFileSync(join(libraries, 'libvulkan.so.1'), 'not a library');
  const caches = join(folder, 'caches');
  const environment = { LD_LIBRARY_PATH: libraries, VGGPU_CACHE: caches, VGGPU_ADAPTER: 'lavapipe' };

  it("runs its driver by npm's loader", async () => {
    const { code, stdout } = await runChild('facts', environment);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ drivers: 'system', name: expect.stringContaining('llvmpipe') });
  });

  it('tells float16 in the child process that tries it', async () => {
    const { code, stdout } = await runChild('float16', environment);
    expect(code).toBe(0);
    expect(stdout).toBe('works');
  });
});
