// GPU times of dispatches: query sets that a command buffer fills, their read-back, and how the GPU's clock relates to the host's.

/** What a dispatch's times are written to, in nanoseconds of the GPU's clock since its first stamp that was seen. */
export interface Stamped {
  startNs: number | undefined;
  endNs: number | undefined;
}

/** Where the host's clock stands against the GPU's. */
export interface Clock {
  /** What a GPU time needs added to be a host time, in nanoseconds. */
  readonly offsetNs: number;
  /** The offset is right to plus or minus this many nanoseconds, at the moment it was taken. */
  readonly accuracyNs: number;
}

export interface Timestamps {
  /** Begins a compute pass whose begin and end go to `record` once they were collected. */
  beginPass(encoder: GPUCommandEncoder, record: Stamped): GPUComputePassEncoder;
  /** Adds to the end of a command buffer what makes its times readable. */
  resolve(encoder: GPUCommandEncoder): void;
  /** Waits for the times of what was submitted so far. A device that is lost leaves them undefined. */
  collect(): Promise<void>;
  /** Compares the clocks, best with an idle GPU. Undefined where the device is lost. */
  calibrate(): Promise<Clock | undefined>;
  close(): void;
}

/** A query set with room for one command buffer's dispatches; they are used again once read. */
interface Sheet {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly readable: GPUBuffer;
  readonly records: Stamped[];
}

const CAPACITY = 256; // dispatches a sheet times, with two queries each; WebGPU's largest query set has 4,096
const STAMP = 8; // bytes
const ROUNDS = 8; // trials of a calibration
const NOTHING = '@compute @workgroup_size(1) fn main() {}';

/** @param device one with the feature 'timestamp-query' */
export function createTimestamps(device: GPUDevice): Timestamps {
  const free: Sheet[] = [];
  let filling: Sheet[] = []; // those of the command buffer being recorded
  let submitted: Sheet[] = []; // resolved, and to be read
  let collecting: Promise<unknown> = Promise.resolve();
  let zero: bigint | undefined;
  let nothing: GPUComputePipeline | undefined;

  function createSheet(): Sheet {
    const size = 2 * CAPACITY * STAMP;
    return {
      queries: device.createQuerySet({ label: 'dispatch times', type: 'timestamp', count: 2 * CAPACITY }),
      resolved: device.createBuffer({ label: 'dispatch times', size, usage: 0x200 | 0x04 }), // QUERY_RESOLVE | COPY_SRC
      readable: device.createBuffer({ label: 'dispatch times, read-back', size, usage: 0x01 | 0x08 }), // MAP_READ | COPY_DST
      records: [],
    };
  }

  function destroy({ queries, resolved, readable }: Sheet): void {
    for (const made of [queries, resolved, readable]) made.destroy();
  }

  function beginPass(encoder: GPUCommandEncoder, record: Stamped): GPUComputePassEncoder {
    let sheet = filling.at(-1);
    if (!sheet || sheet.records.length === CAPACITY) {
      sheet = free.pop() ?? createSheet();
      filling.push(sheet);
    }
    const first = 2 * (sheet.records.push(record) - 1);
    return encoder.beginComputePass({
      timestampWrites: {
        querySet: sheet.queries,
        beginningOfPassWriteIndex: first,
        endOfPassWriteIndex: first + 1,
      },
    });
  }

  function resolve(encoder: GPUCommandEncoder): void {
    for (const { queries, resolved, readable, records } of filling) {
      encoder.resolveQuerySet(queries, 0, 2 * records.length, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, readable, 0, 2 * records.length * STAMP);
    }
    submitted.push(...filling);
    filling = [];
  }

  async function readSheet(sheet: Sheet): Promise<void> {
    const { readable, records } = sheet;
    try {
      await readable.mapAsync(0x01, 0, 2 * records.length * STAMP);
    } catch {
      destroy(sheet); // the device is lost, which whoever waits for its work is told
      return;
    }
    const stamps = new BigUint64Array(readable.getMappedRange(0, 2 * records.length * STAMP));
    for (const [i, record] of records.entries()) {
      const [start, end] = [stamps[2 * i]!, stamps[2 * i + 1]!];
      zero ??= start;
      record.startNs = Number(start - zero);
      record.endNs = Math.max(record.startNs, Number(end - zero));
    }
    readable.unmap();
    records.length = 0;
    free.push(sheet);
  }

  async function collect(): Promise<void> {
    const sheets = submitted;
    submitted = [];
    collecting = Promise.all([collecting, ...sheets.map(readSheet)]);
    await collecting;
  }

  /** Submits a dispatch that does nothing, alone, and gives the bounds that its times put on the offset. */
  async function trial(): Promise<{ low: number; high: number } | undefined> {
    nothing ??= device.createComputePipeline({
      label: 'clock comparison',
      layout: 'auto',
      compute: { module: device.createShaderModule({ code: NOTHING }) },
    });
    const record: Stamped = { startNs: undefined, endNs: undefined };
    const encoder = device.createCommandEncoder();
    const outer = filling; // a command buffer may be half recorded
    filling = [];
    const pass = beginPass(encoder, record);
    pass.setPipeline(nothing);
    pass.dispatchWorkgroups(1);
    pass.end();
    resolve(encoder);
    filling = outer;
    const commands = encoder.finish();
    const before = hostNs();
    device.queue.submit([commands]);
    await collect();
    const after = hostNs();
    if (record.startNs === undefined || record.endNs === undefined) return undefined;
    return { low: before - record.startNs, high: after - record.endNs };
  }

  async function calibrate(): Promise<Clock | undefined> {
    let low = Number.NEGATIVE_INFINITY;
    let high = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      const bounds = await trial();
      if (!bounds) return undefined;
      low = Math.max(low, bounds.low);
      high = Math.min(high, bounds.high);
    }
    return { offsetNs: (low + high) / 2, accuracyNs: Math.abs(high - low) / 2 };
  }

  return {
    beginPass,
    resolve,
    collect,
    calibrate,
    close() {
      for (const sheet of [...free, ...filling, ...submitted]) destroy(sheet);
    },
  };
}

/** Nanoseconds of the host's clock since the process, or the page, began. */
export function hostNs(): number {
  return performance.now() * 1e6;
}
