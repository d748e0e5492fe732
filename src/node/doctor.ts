// Gathers what `vggpu doctor` reports: the adapter that runs, its driver and limits, whether it computes, the others, and what would be faster.

import { cpus, freemem, totalmem } from 'node:os';
import { VggpuError } from '../errors.js';
import { type AdapterDescription, listAdapters } from './adapters.js';
import { advise, closedDevices, graphicsCards } from './advice.js';
import { cacheFolder } from './cache-folder.js';
import { type Float16Outcome, probeFloat16 } from './float16-probe.js';
import { type AdapterFacts, openDevice } from './open-device.js';
import { whyNoSwiftShader } from './swiftshader.js';
import { driversHere } from './system-vulkan.js';
import { type DriverManifest, hasVulkanLoader } from './vulkan-drivers.js';

/** What `diagnose` finds; printed as it is by `vggpu doctor --json`. */
export interface DoctorReport {
  /** Whether a device opened and computed what it should. */
  readonly ok: boolean;
  /** The adapter that commands run on; null where none works. */
  readonly adapter: AdapterFacts | null;
  /** `works`, or what is wrong. */
  readonly probe: string;
  /** float16, tried in a child process. */
  readonly float16: Float16Outcome;
  /** All adapters there are, the one that runs included. */
  readonly adapters: readonly AdapterDescription[];
  /** What was noticed on the way, such as an adapter that was passed over. */
  readonly notes: readonly string[];
  /** What would make it faster here. */
  readonly advice: readonly string[];
  readonly machine: {
    readonly platform: string;
    readonly node: string;
    readonly processor: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly freeMemoryBytes: number;
  };
  readonly vulkan: {
    readonly loaderInstalled: boolean;
    readonly manifests: readonly DriverManifest[];
    /** Why npm's SwiftShader cannot run here; null where it can. */
    readonly swiftShaderMissing: string | null;
  };
  readonly cacheFolder: string;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Looks at this machine. Never throws for a machine that has no device: the report says so. */
export async function diagnose(options: { adapter?: string | undefined } = {}): Promise<DoctorReport> {
  const notes: string[] = [];
  const note = (line: string) => {
    notes.push(line);
  };
  let adapter: AdapterFacts | null = null;
  let probe = 'works';
  const float16 = await probeFloat16(options.adapter).catch(() => 'absent' as const);
  try {
    // Opened as for --precision f16 where that works: some drivers show their matrix units only then.
    const opened = await openDevice({ ...options, float16: float16 === 'works', say: note });
    adapter = opened.info;
    notes.pop(); // the line that names the adapter, which the report does at length
    await opened.close();
  } catch (error) {
    if (!(error instanceof VggpuError)) throw error;
    probe = error.message;
  }
  const adapters = await listAdapters(note).catch((error: unknown) => {
    note(messageOf(error));
    return [];
  });
  let cache: string;
  try {
    cache = cacheFolder(note);
  } catch (error) {
    cache = messageOf(error);
  }
  const manifests = process.platform === 'linux' ? driversHere(note).manifests : [];
  const hasLoader = process.platform !== 'linux' || hasVulkanLoader();
  return {
    ok: adapter !== null,
    adapter,
    probe,
    float16: adapter ? float16 : 'absent',
    adapters,
    notes: [...new Set(notes)],
    advice: advise({
      platform: process.platform,
      adapters,
      manifests,
      hasLoader,
      graphicsCards: graphicsCards(),
      closedDevices: closedDevices(),
    }),
    machine: {
      platform: `${process.platform}-${process.arch}`,
      node: process.version,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      freeMemoryBytes: freemem(),
    },
    vulkan: { loaderInstalled: hasLoader, manifests, swiftShaderMissing: whyNoSwiftShader() ?? null },
    cacheFolder: cache,
  };
}

const SOURCES: Readonly<Record<AdapterFacts['source'], string>> = {
  option: 'named by --adapter or VGGPU_ADAPTER',
  hardware: 'the fastest GPU here',
  'system lavapipe': "this machine's Mesa, as there is no GPU",
  'npm swiftshader': 'the software Vulkan that came with npm, as there is no GPU and no Mesa that Dawn takes',
};

function bytes(count: number): string {
  return count >= 2 ** 30 ? `${(count / 2 ** 30).toFixed(1)} GiB` : `${(count / 2 ** 20).toFixed(0)} MiB`;
}

function loaderState({ vulkan, adapters }: DoctorReport): string {
  if (vulkan.loaderInstalled) return 'installed';
  return adapters.some(({ drivers }) => drivers === 'system') ? "not installed, npm's stands in" : 'missing';
}

/** The products of matrix units, each once: `16x16x16 f16 into f32`. */
function matrixText({ matrixUnits }: AdapterFacts): string {
  const texts = matrixUnits.map(
    ({ M, N, K, componentType, resultComponentType }) => `${M}x${N}x${K} ${componentType} into ${resultComponentType}`,
  );
  return [...new Set(texts)].join(', ') || 'no matrix units that shaders can use';
}

/** The rows of the report on the adapter that runs. */
function adapterRows({ adapter, probe, float16 }: DoctorReport): string[][] {
  if (!adapter)
    return [
      ['adapter', 'none'],
      ['probe', probe],
    ];
  const { limits, subgroupSize } = adapter;
  const size = `${limits.maxComputeWorkgroupSizeX} x ${limits.maxComputeWorkgroupSizeY} x ${limits.maxComputeWorkgroupSizeZ}`;
  return [
    ['adapter', adapter.name],
    [
      'driver',
      `${adapter.driver}, ${adapter.backend}, ${adapter.drivers === 'npm' ? 'from npm' : "the machine's own"}`,
    ],
    ['chosen', SOURCES[adapter.source]],
    ['kind', adapter.software ? 'software on the CPU (slow)' : 'hardware'],
    ['probe', probe],
    ['float16', float16],
    ['matrices', matrixText(adapter)],
    ['features', adapter.features.join(', ') || 'none'],
    [
      'subgroups',
      subgroupSize.min === subgroupSize.max ? `${subgroupSize.min}` : `${subgroupSize.min} to ${subgroupSize.max}`,
    ],
    [
      'buffers',
      `up to ${bytes(limits.maxBufferSize)}, of which one binding shows ${bytes(limits.maxStorageBufferBindingSize)}`,
    ],
    [
      'workgroups',
      `${limits.maxComputeInvocationsPerWorkgroup} invocations (${size}), ${limits.maxComputeWorkgroupStorageSize / 1024} KiB`,
    ],
    ['bindings', `${limits.maxStorageBuffersPerShaderStage} storage buffers a kernel`],
  ];
}

/** The report as a page of text, for a person. */
export function formatReport(report: DoctorReport): string {
  const { machine, vulkan } = report;
  const rows = [
    ...adapterRows(report),
    ['machine', `${machine.platform}, Node ${machine.node}, ${machine.cores} cores (${machine.processor})`],
    ['memory', `${bytes(machine.memoryBytes)}, ${bytes(machine.freeMemoryBytes)} free`],
    ['vulkan', `loader ${loaderState(report)}, ${vulkan.manifests.length} drivers announced`],
    ['npm vulkan', vulkan.swiftShaderMissing ?? 'SwiftShader, usable'],
    ['caches', report.cacheFolder],
  ];
  const lines = rows.map(([name, value]) => `${name!.padEnd(11)} ${value}`);
  lines.push('', 'Adapters found:');
  for (const { name, driver, software } of report.adapters)
    lines.push(`  ${name} (${driver})${software ? ', software' : ''}`);
  if (report.adapters.length === 0) lines.push('  none');
  if (report.notes.length > 0) lines.push('', 'Noticed:', ...report.notes.map((line) => `  ${line}`));
  if (report.advice.length > 0)
    lines.push('', 'What would be faster here:', ...report.advice.map((line) => `  - ${line}`));
  return lines.join('\n');
}
