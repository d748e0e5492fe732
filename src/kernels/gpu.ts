// The device as kernels use it: one command encoder that many dispatches share, uniforms, read-back, and errors that
// fail the call that caused them.
import { VggpuError } from '../errors.js';
import { type Block, type BufferPool, createBufferPool } from './buffers.js';
import { type Choices, createChoices } from './choices.js';
import type { MatrixUnit } from './matrix-units.js';
import { createPreparedBlocks, type PreparedBlocks } from './prepared.js';
import type { RunFacts } from './profile.js';
import { createProfiler, type Profiler } from './profiler.js';
import type { ShaderText } from './shader.js';
import { BYTES_OF_ROW, bytesOfSheet, partsOf, type Sheet } from './sheets.js';
import { createUploads } from './uploads.js';

/** What `accepts` and the choice of variants may ask about a device. */
export interface Capabilities {
  /** 'cpu' for software Vulkan, where barriers and workgroup memory cost more than they save. */
  readonly kind: 'cpu' | 'gpu';
  readonly limits: GPUSupportedLimits;
  readonly features: ReadonlySet<string>;
  /** The fewest invocations that a subgroup has, 0 where shaders cannot use subgroups. */
  readonly subgroupSize: number;
  /** Products that matrix units make; empty where shaders cannot use any. */
  readonly matrixUnits: readonly MatrixUnit[];
}

export interface GpuOptions {
  readonly kind: 'cpu' | 'gpu';
  readonly shaderText: ShaderText;
  /** Products that the device's matrix units make, as `matrixUnitsOf` tells; default none, and no kernel uses them. */
  readonly matrixUnits?: readonly MatrixUnit[];
  /** Bytes that the pool may hold, where the device would not say that memory is gone (software that shares the host's). */
  readonly memory?: number | undefined;
  /** Which variant of a kernel runs; default by the descriptors' orders. */
  readonly choices?: Choices | undefined;
  /** Fills every buffer with NaN as it is taken from the pool, so that an unwritten element shows. */
  readonly debug?: boolean;
}

/** A compute pipeline with what is needed to bind and encode it. */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  /** Contents of the shader's uniform struct; empty where it has none. */
  readonly uniform: ArrayBuffer;
  readonly grid: readonly [number, number, number];
  /** What it is part of; only while a profiler asks. */
  readonly about?: { readonly run: RunFacts; readonly pass: string } | undefined;
}

export interface Gpu {
  readonly device: GPUDevice;
  readonly capabilities: Capabilities;
  readonly shaderText: ShaderText;
  readonly pool: BufferPool;
  /** What variants prepared of bindings that stay as they are. */
  readonly prepared: PreparedBlocks;
  /** Which variant of a kernel runs where none is forced. */
  readonly choices: Choices;
  /** The buffer that dims are read from, at a dynamic offset. */
  readonly uniforms: GPUBuffer;
  /** Things made once for this device: pipelines and bind groups, by key. */
  readonly cache: Map<string, unknown>;
  /** Number of dispatches and submits so far. */
  readonly counts: { dispatches: number; submits: number };
  /** Times dispatches, and what the host does meanwhile, once started. */
  readonly profiler: Profiler;
  /** Records a dispatch, to be submitted with those around it. */
  dispatch(work: Dispatch): void;
  /** Copies bytes between blocks, in order with the dispatches. Offsets and `bytes` are multiples of 4. */
  copy(from: Block, fromOffset: number, to: Block, toOffset: number, bytes: number): void;
  /** Copies a block to a sheet that is as large, in order with the dispatches. */
  copyToSheet(from: Block, to: Sheet): void;
  /** Writes data to a block, in order with the dispatches. */
  write(to: Block, data: ArrayBufferView, offset?: number): void;
  /** Fills a block with zeros, in order with the dispatches. */
  clear(block: Block): void;
  /** Submits what was recorded. */
  flush(): void;
  /**
   * Submits, waits, and gives a copy of the block's bytes.
   * @throws VggpuError 'device' or 'memory' for any error of the device since the last wait
   */
  read(from: Block, offset?: number, bytes?: number): Promise<ArrayBuffer>;
  /** Submits and waits until the device has done everything. Throws as `read` does. */
  finish(): Promise<void>;
  /** Frees the pool; the device itself belongs to who opened it. */
  close(): void;
}

const SLOT = 256; // bytes of one uniform: the largest minUniformBufferOffsetAlignment WebGPU allows
const SLOTS = 1024;
const SMALL_UPLOAD = 2 ** 16; // bytes that the queue writes by itself
const LONGEST_QUEUE = { cpu: 256, gpu: 32 }; // dispatches before a submit, so that the device starts while more is recorded
const MOST_CACHED = 4096; // pipelines and bind groups; pictures of any size bring a group each
const KEEP_FREE = 256 * 2 ** 20; // bytes of unused buffers the pool keeps for good
const IDLE = 64; // submits after which what is unused beyond that goes: longer than a step, whose buffers the next one takes

/** Wraps a device. Every kernel of this project runs through the result. */
export function createGpu(device: GPUDevice, options: GpuOptions): Gpu {
  const failures: VggpuError[] = [];
  let lost: VggpuError | undefined; // for good, unlike the failures of single calls
  const counts = { dispatches: 0, submits: 0 };
  const cache = new Map<string, unknown>();
  const uniforms = device.createBuffer({ label: 'dims', size: SLOT * SLOTS, usage: 0x40 | 0x08 }); // UNIFORM | COPY_DST
  const staging = new Uint8Array(SLOT * SLOTS);
  let slot = 0;
  let queued = 0;
  let encoder: GPUCommandEncoder | undefined;
  let pass: GPUComputePassEncoder | undefined;
  let readBack: GPUBuffer | undefined;
  let closed = false;
  const uploads = options.kind === 'gpu' ? createUploads(device) : undefined; // software's queue writes are as fast

  device.addEventListener('uncapturederror', (event) => {
    const { error } = event as GPUUncapturedErrorEvent;
    event.preventDefault(); // it is thrown where the work is waited for, not printed
    failures.push(describeError(error, pool.bytes().live));
  });
  device.lost.then((info) => {
    if (!closed) lost = new VggpuError('device', `The GPU device was lost: ${info.message || info.reason}.`);
  });

  function commands(): GPUCommandEncoder {
    pass?.end();
    pass = undefined;
    encoder ??= device.createCommandEncoder();
    return encoder;
  }

  function flush(): void {
    if (!encoder) return;
    profiler.span('submit', submit);
    counts.submits++;
    slot = 0;
    queued = 0;
    pool.submitted();
    if (pool.trim(KEEP_FREE, IDLE) || cache.size > MOST_CACHED) forgetGroups();
  }

  function submit(): void {
    const last = commands();
    profiler.closing(last);
    const buffer = last.finish();
    encoder = undefined;
    // In queue order: the dispatches before have read their dims when this write lands.
    if (slot > 0) device.queue.writeBuffer(uniforms, 0, staging, 0, slot * SLOT);
    uploads?.closing();
    device.queue.submit([buffer]);
    uploads?.submitted();
  }

  function upload(to: GPUBuffer, offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    let done = 0;
    while (uploads && bytes.length >= SMALL_UPLOAD && done < bytes.length) {
      const copied = uploads.copy(commands, to, offset + done, bytes.subarray(done));
      if (copied === 0) break;
      done += copied;
      if (uploads.full()) flush();
    }
    if (done === bytes.length) return;
    flush(); // a queue write lands before anything still being recorded
    device.queue.writeBuffer(to, offset + done, bytes, done);
  }

  function forgetGroups(): void {
    for (const key of cache.keys()) if (key.startsWith('group ')) cache.delete(key);
  }

  function dispatch(work: Dispatch): void {
    const { pipeline, group, uniform, grid } = work;
    if (slot === SLOTS || queued === LONGEST_QUEUE[options.kind]) flush();
    if (profiler.on) {
      pass = profiler.beginPass(commands(), work);
    } else if (!pass) {
      encoder ??= device.createCommandEncoder();
      pass = encoder.beginComputePass();
    }
    pass.setPipeline(pipeline);
    if (uniform.byteLength > 0) {
      staging.set(new Uint8Array(uniform), slot * SLOT);
      pass.setBindGroup(0, group, [slot * SLOT]);
      slot++;
    } else {
      pass.setBindGroup(0, group);
    }
    pass.dispatchWorkgroups(...grid);
    queued++;
    counts.dispatches++;
  }

  function throwIfFailed(): void {
    if (lost) throw lost;
    const first = failures[0];
    if (!first) return;
    prepared.forgetAll(); // among what failed may be what was to fill them
    if (failures.length > 1) first.message += ` (and ${failures.length - 1} more errors that followed)`;
    failures.length = 0;
    throw first;
  }

  async function read(from: Block, offset = 0, bytes = from.bytes - offset): Promise<ArrayBuffer> {
    const size = Math.ceil(bytes / 4) * 4;
    if (!readBack || readBack.size < size || readBack.mapState !== 'unmapped') {
      if (readBack?.mapState === 'unmapped') readBack.destroy();
      readBack = device.createBuffer({ label: 'read-back', size: Math.max(size, 4096), usage: 0x01 | 0x08 }); // MAP_READ | COPY_DST
    }
    const target = readBack;
    commands().copyBufferToBuffer(from.buffer, offset, target, 0, size);
    flush();
    profiler.countBytes('read', size);
    try {
      await profiler.span('read-back', () => Promise.all([target.mapAsync(0x01, 0, size), profiler.collect()]), size);
    } catch (cause) {
      throwIfFailed();
      throw new VggpuError('device', `Reading from the GPU failed: ${(cause as Error).message}`, { cause });
    }
    const data = target.getMappedRange(0, size).slice(0, bytes);
    target.unmap();
    throwIfFailed();
    return data;
  }

  async function finish(): Promise<void> {
    flush();
    await profiler.span('wait for the GPU', () =>
      Promise.all([device.queue.onSubmittedWorkDone(), profiler.collect()]),
    );
    throwIfFailed();
  }

  const pool = createBufferPool(device, {
    memory: options.memory,
    poison: options.debug ? poison : undefined,
    given: (block) => prepared.forget(block),
    reclaim() {
      prepared.forgetAll();
      flush();
      pool.trim(0);
      forgetGroups();
    },
  });
  const prepared = createPreparedBlocks(pool.give);
  const profiler = createProfiler(device, { flush, finish });
  const gpu: Gpu = {
    device,
    capabilities: {
      kind: options.kind,
      limits: device.limits,
      features: device.features as ReadonlySet<string>,
      subgroupSize: device.features.has('subgroups') ? (device.adapterInfo?.subgroupMinSize ?? 0) : 0,
      matrixUnits: options.matrixUnits ?? [],
    },
    shaderText: options.shaderText,
    pool,
    prepared,
    choices: options.choices ?? createChoices(),
    uniforms,
    cache,
    counts,
    profiler,
    dispatch,
    copy(from, fromOffset, to, toOffset, bytes) {
      prepared.forget(to);
      commands().copyBufferToBuffer(from.buffer, fromOffset, to.buffer, toOffset, bytes);
    },
    copyToSheet(from, { texture, bytes }) {
      for (const { offset, origin, size } of partsOf({ bytes })) {
        const source = { buffer: from.buffer, offset, bytesPerRow: BYTES_OF_ROW };
        commands().copyBufferToTexture(source, { texture, origin: [...origin] }, [...size]);
      }
    },
    clear(block) {
      prepared.forget(block);
      commands().clearBuffer(block.buffer, 0, block.bytes);
    },
    write(to, data, offset = 0) {
      prepared.forget(to);
      const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
      profiler.countBytes('uploaded', bytes.length);
      profiler.span('upload', () => upload(to.buffer, offset, bytes), bytes.length);
    },
    flush,
    read,
    finish,
    close() {
      closed = true;
      flush();
      prepared.forgetAll();
      pool.trim(0);
      uploads?.close();
      uniforms.destroy();
      readBack?.destroy();
      profiler.close();
    },
  };

  function poison(piece: Block | Sheet): void {
    if ('buffer' in piece) gpu.write(piece, new Float32Array(piece.bytes / 4).fill(Number.NaN));
    else writeNaN(piece);
  }

  function writeNaN({ texture }: Sheet): void {
    flush();
    const texels = new Float32Array(bytesOfSheet(texture) / 4).fill(Number.NaN);
    device.queue.writeTexture({ texture }, texels, { bytesPerRow: BYTES_OF_ROW }, [texture.width, texture.height]);
  }
  return gpu;
}

/** Turns a device's error into one for the person at the keyboard. Labels of pipelines and buffers name the kernel. */
function describeError(error: GPUError, liveBytes: number): VggpuError {
  const text = error.message.split('\n')[0]!.trim();
  if (/out.?of.?memory/i.test(error.constructor.name + text)) {
    return new VggpuError(
      'memory',
      `The device is out of memory (${text}) with ${Math.round(liveBytes / 2 ** 20)} MiB in use. Lower the batch size or choose another adapter.`,
    );
  }
  return new VggpuError('device', `The GPU refused a command: ${error.message.trim()}`);
}
