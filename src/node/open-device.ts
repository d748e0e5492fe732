// Opens the device that the engine runs on: chooses the adapter, asks for its limits and features, checks that it computes, says which it is.

import { VggpuError } from '../errors.js';
import { type MatrixUnit, matrixUnitsOf } from '../kernels/matrix-units.js';
import { type AdapterDescription, type AdapterSource, type Candidate, candidates } from './adapters.js';
import { type Say, sayOnStderr } from './cache-folder.js';
import { requestAdapter } from './dawn.js';
import { probeFloat16On } from './float16-probe.js';
import { lowerLimits } from './lowered-limits.js';
import { installPatientWaiting } from './patient-waiting.js';
import { whyDeviceFails } from './probe.js';

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxUniformBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
  'maxImmediateSize',
  'minStorageBufferOffsetAlignment',
  'minUniformBufferOffsetAlignment',
] as const;

/** The limits that kernels look at. */
export type LimitName = (typeof LIMITS)[number];

const FEATURES = [
  'shader-f16',
  'timestamp-query',
  'subgroups',
  'subgroup-size-control',
  'chromium-experimental-subgroup-matrix',
  'chromium-experimental-timestamp-query-inside-passes',
];

/** Everything worth knowing about the adapter that a device was opened on. */
export interface AdapterFacts extends AdapterDescription {
  /** How it was come by. */
  readonly source: AdapterSource;
  /** The features that the device was opened with. */
  readonly features: readonly string[];
  /** The limits that the device was opened with. */
  readonly limits: Readonly<Record<LimitName, number>>;
  /** The smallest and largest number of invocations in a subgroup, 0 where the adapter does not say. */
  readonly subgroupSize: { readonly min: number; readonly max: number };
  /** Products that matrix units make for shaders; empty where there are none, or float16 was not asked for on NVIDIA. */
  readonly matrixUnits: readonly MatrixUnit[];
  /**
   * Bytes that a software device can take: the memory this process had left when it opened. Such drivers hand out more without an error,
   * and the system then kills the process. Undefined for hardware, whose driver says when it is full.
   */
  readonly availableMemory: number | undefined;
}

/** What `openDevice` takes. */
export interface OpenDeviceOptions {
  /** `gpu`, `lavapipe`, `swiftshader` or part of an adapter's name; `VGGPU_ADAPTER` where it is not given. */
  adapter?: string | undefined;
  /** Lower limits than the adapter's own, for tests of small devices; the device refuses what exceeds them. */
  limits?: Partial<Record<LimitName, number>>;
  /** False leaves timestamp queries out. */
  timestamps?: boolean;
  /** True tries float16 in a child process first, shows it where Dawn hides it (NVIDIA), and fails where it does not work. */
  float16?: boolean;
  /**
   * Whether Dawn holds every index of a shader within its bounds. Default on software alone: kernels do so themselves, which tests
   * check, and on GPUs it costs those on matrix units a fifth of their speed.
   */
  robust?: boolean;
  /** Gets the lines for the person at the keyboard; stderr where it is not given. */
  say?: Say;
}

/** An open device. */
export interface OpenedDevice {
  readonly device: GPUDevice;
  readonly info: AdapterFacts;
  /** Waits for the device's work, destroys it and all its buffers; nothing of it may be used afterwards. Safe to call twice. */
  close(): Promise<void>;
}

/** The adapter's own limits, less what its driver promises and does not keep. */
function limitsToAsk(adapter: GPUAdapter): Record<LimitName, number> {
  const own = adapter.limits as unknown as Record<string, number | undefined>;
  const asked = {} as Record<LimitName, number>;
  for (const name of LIMITS) {
    const value = own[name];
    if (value !== undefined) asked[name] = value;
  }
  // SwiftShader offers buffers of 1 GiB, yet its largest allocation is 1 GiB with its own header inside.
  const largest = adapter.info.architecture === 'swiftshader' ? 2 ** 30 - 2 ** 20 : Number.POSITIVE_INFINITY;
  for (const name of ['maxBufferSize', 'maxStorageBufferBindingSize'] as const) {
    asked[name] = Math.floor(Math.min(asked[name], largest) / 256) * 256;
  }
  return asked;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const open = new Set<GPUDevice>();
let watching = false;

/**
 * Has a device destroyed when the process ends with it open, as after an uncaught error. Destroying waits for the device's
 * work; ending in the midst of it crashed now and then, and the exit code was lost.
 */
function destroyAtExit(device: GPUDevice): void {
  if (!watching) {
    watching = true;
    process.once('exit', () => {
      for (const left of open) left.destroy();
    });
  }
  open.add(device);
}

/** Opens one candidate and checks it; throws an Error whose message says what is wrong with it. */
async function openCandidate(candidate: Candidate, options: OpenDeviceOptions): Promise<OpenedDevice> {
  const { adapter, about, source } = candidate;
  const asked = limitsToAsk(adapter);
  const features = FEATURES.filter(
    (name) => adapter.features.has(name) && (options.timestamps !== false || !name.includes('timestamp')),
  );
  const device = await adapter.requestDevice({
    label: 'vggpu',
    requiredLimits: asked,
    requiredFeatures: features as GPUFeatureName[],
  });
  let closing: Promise<unknown> | undefined;
  destroyAtExit(device);
  const close = async () => {
    if (!closing) {
      closing = device.lost;
      open.delete(device);
      device.destroy();
    }
    await closing;
  };
  if (about.software) installPatientWaiting();
  const reason = await whyDeviceFails(device);
  if (reason !== undefined) {
    await close();
    throw new Error(`it does not compute: ${reason}`);
  }
  if (options.limits) lowerLimits(device, options.limits as Record<string, number>);
  const limits = {} as Record<LimitName, number>;
  for (const name of LIMITS) limits[name] = (device.limits as unknown as Record<LimitName, number>)[name];
  const { subgroupMinSize, subgroupMaxSize } = adapter.info;
  const info: AdapterFacts = {
    ...about,
    source,
    features,
    limits,
    subgroupSize: { min: subgroupMinSize ?? 0, max: subgroupMaxSize ?? 0 },
    matrixUnits: matrixUnitsOf(device, adapter.info),
    availableMemory: about.software ? process.availableMemory() : undefined,
  };
  return { device, info, close };
}

/** The line that says which adapter runs, and when it is software, that it is slow and why. */
export function adapterLine(info: AdapterFacts): string {
  const runs = `Runs on ${info.name} (${info.driver}; ${info.backend})`;
  if (!info.software) return `${runs}.`;
  const why =
    info.source === 'option'
      ? 'it was asked for by --adapter or VGGPU_ADAPTER'
      : info.source === 'system lavapipe'
        ? 'no GPU with a driver was found'
        : 'neither a GPU with a driver nor a Mesa that Dawn takes was found';
  return `${runs}: software on the CPU, which is slow; ${why}. 'vggpu doctor' says what would be faster.`;
}

/** @throws VggpuError 'device' where a child process finds that float16 does not work; no other adapter takes this one's place */
async function assertFloat16(candidate: Candidate): Promise<void> {
  const outcome = await probeFloat16On(candidate);
  if (outcome === 'works') return;
  const { name, driver } = candidate.about;
  throw new VggpuError(
    'device',
    `float16 does not run on ${name} (${driver}); a trial of it in a child process says: ${outcome}. ` +
      "Leave --precision f16 away, or name another adapter with --adapter ('vggpu doctor' lists them).",
  );
}

/** The same adapter with float16 shown where Dawn hides it, and on hardware without Dawn's holding of indices within bounds. */
async function asWanted(candidate: Candidate, { float16, robust }: OpenDeviceOptions, say: Say): Promise<Candidate> {
  const wanted = {
    float16: float16 === true && !candidate.adapter.features.has('shader-f16'),
    robust: robust ?? candidate.about.software,
  };
  if (!wanted.float16 && wanted.robust) return candidate;
  const name = candidate.flags.find((flag) => flag.startsWith('adapter='))?.slice('adapter='.length);
  const found = await requestAdapter({ drivers: candidate.drivers, name, ...wanted, say });
  return found ? { ...candidate, ...found } : candidate;
}

/**
 * Opens a device with its adapter's limits and the features that kernels use, once a tiny kernel's result on it was found right. Without
 * `adapter` the next best is taken where one does not open or compute, and that is said. Throws a `device` error where none is left, or
 * where the named one is unknown (with a list of those there are), does not open or does not compute.
 */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<OpenedDevice> {
  const say = options.say ?? sayOnStderr;
  const failures: string[] = [];
  for await (const candidate of candidates(options.adapter ?? process.env.VGGPU_ADAPTER, say)) {
    if (options.float16) await assertFloat16(candidate);
    try {
      const opened = await openCandidate(await asWanted(candidate, options, say), options);
      for (const line of failures) say(line);
      say(adapterLine(opened.info));
      return opened;
    } catch (error) {
      failures.push(
        `Adapter ${candidate.about.name} (${candidate.about.driver}) was passed over: ${messageOf(error)}.`,
      );
    }
  }
  throw new VggpuError('device', `${failures.join('\n')}\nNo other adapter fits. 'vggpu doctor' says what to do.`);
}
