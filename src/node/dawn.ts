// Loads Dawn's Node bindings and asks them for adapters, with the environment that a set of drivers needs.

import { tmpdir } from 'node:os';
import { VggpuError } from '../errors.js';
import type { Say } from './cache-folder.js';
import { loadForGood } from './libraries.js';
import { unpackSwiftShader } from './swiftshader.js';
import { completeVulkan } from './system-vulkan.js';
import { hasVulkanLoader, mayHaveVulkan } from './vulkan-drivers.js';

/** Which drivers Dawn gets to see: the machine's own, or the one from npm. */
export type Drivers = 'system' | 'npm';

/** An adapter and how it was asked for. */
export interface DawnAdapter {
  readonly adapter: GPUAdapter;
  readonly drivers: Drivers;
  readonly backend: string;
  /** What Dawn's `create` was given, so that a child process can open the same adapter. */
  readonly flags: readonly string[];
}

/** What `requestAdapter` looks for. */
export interface AdapterRequest {
  readonly drivers: Drivers;
  /** Part of the name as Dawn spells it; the fastest adapter where it is absent. */
  readonly name?: string | undefined;
  /** Shows f16 on NVIDIA too, where Dawn hides it since some drivers abort: probe it in a child process first. */
  readonly float16?: boolean;
  /** False has Dawn leave out what holds every index within its bounds: the kernels do so themselves. Default true. */
  readonly robust?: boolean;
  readonly say?: Say | undefined;
}

// Dawn's objects crash the process when they outlive the instance that `create` gave, and a garbage collector may free it first. So
// every instance is kept for good; on globalThis, since a test runner may evaluate this module twice.
interface Kept {
  /** By way of asking, those that gave an adapter. */
  instances: Map<string, GPU>;
  all: GPU[];
  last: Promise<unknown>;
}
const KEPT = Symbol.for('vggpu.dawn');
const holder = globalThis as { [KEPT]?: Kept };
holder[KEPT] ??= { instances: new Map(), all: [], last: Promise.resolve() };
const kept = holder[KEPT];

/** The backends tried on this platform, best first. Naming one keeps Dawn's null backend out. */
function backends(drivers: Drivers): readonly string[] {
  if (drivers === 'npm') return ['vulkan'];
  if (process.platform === 'darwin') return ['metal'];
  if (process.platform === 'win32') return ['d3d12', 'vulkan'];
  return mayHaveVulkan() ? ['vulkan'] : [];
}

/**
 * Loads npm `webgpu` and puts WebGPU's constants (GPUBufferUsage and so on) on globalThis where they are not yet. What its
 * `create` gives is kept for good.
 */
export async function loadDawn(): Promise<{ create(options: string[]): GPU }> {
  try {
    const { create, globals } = await import('webgpu');
    for (const [name, value] of Object.entries(globals)) {
      if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    return {
      create(options) {
        const instance = create(options);
        kept.all.push(instance);
        return instance;
      },
    };
  } catch (error) {
    throw new VggpuError(
      'device',
      `Dawn's bindings (npm webgpu) do not load on ${process.platform}-${process.arch}: ` +
        `${error instanceof Error ? error.message.split('\n')[0] : error}. On Linux they need glibc 2.34 or newer.`,
      { cause: error },
    );
  }
}

/** The environment variables that make the Vulkan loader see these drivers and no others, and the loader to load first. */
export function driverSetup(
  drivers: Drivers,
  say?: Say,
): { environment: Record<string, string | undefined>; loader: string | undefined } {
  const environment: Record<string, string | undefined> = {};
  // Mesa complains on stderr where it is absent.
  if (process.platform === 'linux' && !process.env.XDG_RUNTIME_DIR) environment.XDG_RUNTIME_DIR = tmpdir();
  if (drivers === 'system') {
    const completed = completeVulkan(say);
    return { environment: { ...environment, ...completed.environment }, loader: completed.loader };
  }
  const { loader, manifest } = unpackSwiftShader(say);
  environment.VK_DRIVER_FILES = manifest;
  environment.VK_ICD_FILENAMES = manifest;
  environment.VK_LOADER_DRIVERS_SELECT = undefined;
  environment.VK_LOADER_DRIVERS_DISABLE = undefined;
  return { environment, loader };
}

function assignEnvironment(changes: Record<string, string | undefined>): Record<string, string | undefined> {
  const before: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(changes)) {
    before[name] = process.env[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  return before;
}

/** Runs `work` alone and with the environment of these drivers; the environment is as before afterwards. */
function withDrivers<T>(drivers: Drivers, say: Say | undefined, work: () => Promise<T>): Promise<T> {
  const turn = kept.last.then(async () => {
    const { environment, loader } = driverSetup(drivers, say);
    if (loader !== undefined) {
      hasVulkanLoader(); // remembers the machine's own, of which nothing can be told afterwards
      loadForGood(loader); // Dawn's own dlopen of libvulkan.so.1 finds it by its name
    }
    const before = assignEnvironment(environment);
    try {
      return await work();
    } finally {
      assignEnvironment(before);
    }
  });
  kept.last = turn.catch(() => undefined);
  return turn;
}

/** Asks Dawn for an adapter: the one whose name contains `name`, or the fastest. Null where there is none. */
export async function requestAdapter({
  drivers,
  name,
  float16 = false,
  robust = true,
  say,
}: AdapterRequest): Promise<DawnAdapter | null> {
  const { create } = await loadDawn();
  const toggles = ['allow_unsafe_apis'];
  if (float16) toggles.push('vulkan_enable_f16_on_nvidia');
  if (!robust) toggles.push('disable_robustness');
  return withDrivers(drivers, say, async () => {
    for (const backend of backends(drivers)) {
      const flags = [`backend=${backend}`, ...(name === undefined ? [] : [`adapter=${name}`])];
      flags.push(`enable-dawn-features=${toggles.join(',')}`, 'disable-dawn-features=timestamp_quantization');
      const key = JSON.stringify([drivers, flags]);
      const gpu = kept.instances.get(key) ?? create(flags);
      const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
      // In a worker thread the environment may not reach the loader, and then the drivers are not those asked for.
      if (!adapter || (drivers === 'npm' && adapter.info.architecture !== 'swiftshader')) continue;
      kept.instances.set(key, gpu);
      return { adapter, drivers, backend, flags };
    }
    return null;
  });
}

/** The names of all adapters that Dawn finds among these drivers, as Dawn spells them. */
export async function adapterNames(drivers: Drivers, say?: Say): Promise<string[]> {
  const { create } = await loadDawn();
  return withDrivers(drivers, say, async () => {
    const names = new Set<string>();
    for (const backend of backends(drivers)) {
      // Dawn lists what it has when it is asked for a name that does not exist.
      const answer = create([`backend=${backend}`, 'adapter=(every one)']).requestAdapter();
      const listing = await answer.then(() => '', String);
      for (const match of listing.matchAll(/name: '(.*)'/g)) names.add(match[1]!);
    }
    return [...names];
  });
}
