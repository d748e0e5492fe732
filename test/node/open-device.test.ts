import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VggpuError } from '../../src/errors.js';
import { isNamed } from '../../src/node/adapters.js';
import { openDevice } from '../../src/node/open-device.js';
import { NO_DRIVERS, runChild } from './run-child.js';
import { hasLavapipe, hasSwiftShader } from './which-adapters.js';

const folder = mkdtempSync(join(tmpdir(), 'vggpu-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const say = () => undefined;

describe('openDevice', () => {
  it('opens what there is, with its limits and one line that says what runs', async () => {
    const said: string[] = [];
    const { device, info, close } = await openDevice({ say: (line) => said.push(line) });
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(info.name);
    if (info.software) expect(said[0]).toMatch(/slow/);
    expect(device.limits.maxStorageBufferBindingSize).toBe(info.limits.maxStorageBufferBindingSize);
    expect(info.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(128 * 2 ** 20);
    expect([...device.features]).toEqual(expect.arrayContaining([...info.features]));
    expect(info.kind).toBe(info.software ? 'cpu' : 'gpu');
    await close();
    expect((await device.lost).reason).toBe('destroyed');
    await close();
  });

  it('names the adapters there are where the one asked for is unknown', async () => {
    const { info, close } = await openDevice({ say });
    await close();
    const failure = await openDevice({ adapter: 'no such adapter', say }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VggpuError);
    expect(failure).toMatchObject({ code: 'device' });
    expect((failure as VggpuError).message).toContain('no such adapter');
    expect((failure as VggpuError).message).toContain(info.name);
  });

  it('holds a device to lowered limits', async () => {
    const limits = { maxStorageBufferBindingSize: 4096, maxBufferSize: 65536 };
    const { device, info, close } = await openDevice({ limits, say });
    expect(info.limits).toMatchObject(limits);
    expect(device.limits).toMatchObject(limits);
    const usage = GPUBufferUsage.STORAGE;
    expect(() => device.createBuffer({ size: 65540, usage, label: 'fc1' })).toThrow(/'fc1' takes 65540 bytes/);
    const buffer = device.createBuffer({ size: 8192, usage });
    const visibility = GPUShaderStage.COMPUTE;
    const layout = device.createBindGroupLayout({ entries: [{ binding: 0, visibility, buffer: { type: 'storage' } }] });
    const bind = (size: number | undefined) =>
      device.createBindGroup({ layout, entries: [{ binding: 0, resource: size ? { buffer, size } : { buffer } }] });
    expect(() => bind(undefined)).toThrow(/8192 bytes/);
    bind(4096);
    await close();
  });

  it('leaves timestamps out on request', async () => {
    const { info, close } = await openDevice({ timestamps: false, say });
    expect(info.features.filter((name) => name.includes('timestamp'))).toEqual([]);
    await close();
  });

  it('knows adapters by part of their names, in any spelling', () => {
    const about = {
      name: 'llvmpipe-llvm-15-0-6-256-bits',
      description: 'llvmpipe: Mesa 25.0.7',
      vendor: 'mesa',
      driver: 'llvmpipe: Mesa 25.0.7',
      backend: 'vulkan',
      software: true,
      kind: 'cpu',
      drivers: 'system',
    } as const;
    for (const name of ['lavapipe', 'LLVMpipe', 'llvmpipe (LLVM 15.0.6, 256 bits)', 'mesa 25']) {
      expect(isNamed(about, name)).toBe(true);
    }
    for (const name of ['gpu', 'swiftshader', 'NVIDIA']) expect(isNamed(about, name)).toBe(false);
  });
});

describe.skipIf(!hasLavapipe)('lavapipe', () => {
  it('is opened by name, with float16 tried first', async () => {
    const { info, close } = await openDevice({ adapter: 'lavapipe', float16: true, say });
    expect(info).toMatchObject({ source: 'option', drivers: 'system', software: true });
    expect(info.features).toContain('shader-f16');
    await close();
  });
});

describe.skipIf(!hasSwiftShader)("npm's SwiftShader", () => {
  it('is opened by name, though other drivers are there, and leaves the environment as it was', async () => {
    const before = { ...process.env };
    const { info, device, close } = await openDevice({ adapter: 'swiftshader', say });
    expect(info).toMatchObject({ source: 'option', drivers: 'npm', vendor: 'google' });
    expect({ ...process.env }).toEqual(before);
    device.pushErrorScope('out-of-memory');
    device.createBuffer({ size: info.limits.maxBufferSize, usage: GPUBufferUsage.STORAGE }).destroy();
    expect(await device.popErrorScope()).toBeNull();
    await close();
  });

  it('says clearly that it has no float16', async () => {
    await expect(openDevice({ adapter: 'swiftshader', float16: true, say })).rejects.toThrow(/float16.*absent/);
  });

  it('is what a machine without drivers runs on', async () => {
    const { code, stdout, stderr } = await runChild('facts', NO_DRIVERS);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ source: 'npm swiftshader', drivers: 'npm', software: true });
    expect(stderr).toMatch(/swiftshader.*slow/i);
  });

  it('is what a machine without a Vulkan loader runs on', async () => {
    // A broken libvulkan.so.1 that the dynamic linker finds first stands for one that is missing.
    const libraries = join(folder, 'libraries');
    const caches = join(folder, 'caches');
    mkdirSync(libraries);
    writeFileSync(join(libraries, 'libvulkan.so.1'), 'not a library');
    const environment = { ...NO_DRIVERS, LD_LIBRARY_PATH: libraries, VGGPU_CACHE: caches };
    const { code, stdout } = await runChild('libraries', environment);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`${caches}/.*/libvulkan\\.so\\.1`));
  });

  it('runs where the home folder cannot be written', async () => {
    const { code, stdout, stderr } = await runChild('facts', {
      ...NO_DRIVERS,
      HOME: '/proc/no-folders-here',
      XDG_CACHE_HOME: undefined,
      VGGPU_CACHE: undefined,
      TMPDIR: folder,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).drivers).toBe('npm');
    expect(stderr).toContain(`Caches go to ${folder}`);
  });
});
