// Features of pictures: the outputs of the layers that training does not change, computed once and kept on disk.
import { elementsOf, freeTensor, readTensor, type Tensor, tensorFrom } from '../autograd/tensor.js';
import { featureCacheKey } from '../data/features/cache-folder.js';
import { type FeatureCache, openFeatureCache } from '../data/features/feature-cache.js';
import type { LabelledPicture } from '../data/pictures/image-folder.js';
import { decodeBatches } from '../data/pictures/prefetch.js';
import { pieces } from '../kernels/grid.js';
import type { HostSpan } from '../kernels/profile.js';
import type { Warp } from '../nn/augmentation.js';
import { microBatch, micros } from '../nn/micro-batches.js';
import { featureShape, type Network } from '../nn/network.js';
import { type Picture, picturesToFeatures } from '../nn/pictures.js';
import type { Batch } from '../nn/training.js';
import { variantsOfFeatures } from '../tune/needs.js';

/** Pictures that are moved at random need their other pixels too: only those of more RGBA bytes are thinned, to have room for them. */
const LARGEST_MOVED = 16 * 2 ** 20;

/** A picture that could not be read, and why. */
export interface Skipped {
  readonly file: string;
  readonly reason: string;
}

/** A cache's folder, and what its key has beside the pictures and the preprocessing. */
export interface CachePlace {
  readonly folder: string;
  /** Names the weights. */
  readonly weights: string;
  /** Names the adapter. */
  readonly engine: string;
}

export interface FeatureOptions {
  /** Layers that give the features. */
  readonly depth: number;
  /** Whether EXIF orientation is applied. */
  readonly exif: boolean;
  /** Where to keep them; absent: features are computed every time. */
  readonly cache?: CachePlace | undefined;
  /** Told of a picture that cannot be read, once. */
  readonly onSkip?: ((skipped: Skipped) => void) | undefined;
  /** Told of what was wrong with an existing cache. */
  readonly say?: ((line: string) => void) | undefined;
}

/** A batch with the positions of its pictures in the set. */
export interface FeatureBatch extends Batch {
  readonly x: readonly Tensor[];
  readonly positions: readonly number[];
  /** Which of the batches asked for this is. */
  readonly index: number;
}

/** How the picture at a position of the set is warped; undefined leaves it as it is. */
export type WarpOf = (position: number) => Warp | undefined;

/** The features of a set of labelled pictures. */
export interface FeatureSource {
  readonly files: readonly LabelledPicture[];
  /**
   * Gives batches in the order asked for; pictures that cannot be read are left out. A batch's `x` lives until the next
   * batch is asked for, or the loop is left.
   * @param batches positions in `files`, batch by batch
   * @param warpOf warps the pictures, which then neither come from a cache nor go to one
   */
  batches(batches: readonly ArrayLike<number>[], warpOf?: WarpOf): AsyncGenerator<FeatureBatch, void, undefined>;
  /** Pictures found unreadable so far. */
  skipped(): Skipped[];
  close(): Promise<void>;
}

/**
 * What the pictures' decoding needs to know of the network: those that nearest resizing makes smaller are thinned before upload.
 * @param moved whether they will be moved at random
 */
export function decodeOptions(network: Network, exif: boolean, moved = false) {
  const { inputSize: height, preprocessing } = network.spec;
  const nearest = { maxUploadBytes: moved ? LARGEST_MOVED : 0, height, width: height };
  return { exif, ...(preprocessing.resize === 'nearest' ? { nearest } : {}) };
}

export async function openFeatures(
  network: Network,
  files: readonly LabelledPicture[],
  options: FeatureOptions,
): Promise<FeatureSource> {
  const { depth } = options;
  const { gpu } = network;
  const shape = featureShape(network, depth);
  const most = microBatch(network, 0, depth);
  const size = pieces(files.length, pieces(files.length, most)); // equal micro-batches leave the least to pad
  const unreadable = new Map<number, string>();
  const cache = options.cache && (await openCache(network, files, size, { ...options, cache: options.cache }));
  for (const note of cache?.notes ?? []) options.say?.(note);

  /**
   * Decodes the pictures at these positions ahead of their use; those that fail are remembered and left out.
   * @param kept whether pictures are used after the next ones were asked for
   * @param moved whether they will be moved at random
   */
  async function* decoded(positions: readonly number[], { kept = false, moved = false } = {}) {
    const wanted = positions.filter((position) => !unreadable.has(position));
    const pictures = wanted.map((position) => ({ ...files[position]!, position }));
    const onSkip = (file: (typeof pictures)[number], reason: string) => {
      unreadable.set(file.position, reason);
      options.onSkip?.({ file: file.name, reason });
    };
    for await (const batch of decodeBatches(pictures, {
      batchSize: size,
      ...decodeOptions(network, options.exif, moved),
      passing: !kept,
      onSkip,
      onWork: (name, startMs, endMs) => gpu.profiler.addSpan(decodeSpan(name, startMs, endMs)),
    })) {
      yield { positions: batch.files.map((file) => file.position), pictures: batch.pictures };
    }
  }

  /** Divides rows so that the features of each piece fit one binding of the device. */
  const piecesOf = (rows: number) =>
    micros(rows, Math.max(1, Math.floor(gpu.capabilities.limits.maxStorageBufferBindingSize / 4 / elementsOf(shape))));
  const features = (pictures: readonly Picture[], warps?: readonly (Warp | undefined)[]) =>
    picturesToFeatures(network, pictures, depth, size, warps);
  /** Lends out a batch, and frees its features when the consumer is done with it. */
  function* lend(
    index: number,
    positions: readonly number[],
    x: readonly Tensor[],
  ): Generator<FeatureBatch, void, undefined> {
    try {
      yield { index, positions, labels: Uint32Array.from(positions, (position) => files[position]!.label), x };
    } finally {
      for (const piece of x) freeTensor(gpu, piece);
    }
  }

  async function* computed(
    batches: readonly ArrayLike<number>[],
    warpOf?: WarpOf,
  ): AsyncGenerator<FeatureBatch, void, undefined> {
    const stream = decoded(
      batches.flatMap((batch) => Array.from(batch)),
      { kept: true, moved: warpOf !== undefined },
    );
    let early: { position: number; picture: Picture }[] = []; // decoded with a batch, and wanted by the next
    for (const [index, batch] of batches.entries()) {
      const wanted = new Set(Array.from(batch));
      const own = early.filter(({ position }) => wanted.has(position));
      early = early.slice(own.length);
      const found = new Set(own.map(({ position }) => position));
      while ([...wanted].some((position) => !unreadable.has(position) && !found.has(position))) {
        const { value, done } = await gpu.profiler.span('decode wait', () => stream.next());
        if (done) break;
        for (const [i, position] of value.positions.entries()) {
          found.add(position);
          (wanted.has(position) ? own : early).push({ position, picture: value.pictures[i]! });
        }
      }
      if (own.length === 0) continue;
      const positions = own.map(({ position }) => position);
      const x = Array.from(piecesOf(own.length), ({ first, rows }) => {
        const part = own.slice(first, first + rows);
        return features(
          part.map(({ picture }) => picture),
          part.map(({ position }) => warpOf?.(position)),
        );
      });
      yield* lend(index, positions, x);
    }
  }

  /** Rows of features for these positions. The device works on the next micro-batch while the one before is stored. */
  async function* computedRows(positions: readonly number[]) {
    const stream = decoded(positions);
    let before: { positions: readonly number[]; rows: Promise<Float32Array> } | undefined;
    try {
      for (;;) {
        const { value, done } = await gpu.profiler.span('decode wait', () => stream.next());
        const next = done ? undefined : { positions: value.positions, rows: readFeatures(value.pictures) };
        if (before) yield { positions: before.positions, rows: await before.rows };
        before = next;
        if (done) break;
      }
    } finally {
      await before?.rows.catch(() => {});
      await stream.return();
    }
  }

  function readFeatures(pictures: readonly Picture[]): Promise<Float32Array> {
    const x = features(pictures);
    const rows = readTensor(gpu, x);
    rows.catch(() => {}); // reported to whoever waits for them
    freeTensor(gpu, x); // the queue copies before anybody writes there again
    return rows;
  }

  async function* cached(batches: readonly ArrayLike<number>[], store: FeatureCache) {
    const lacks = (position: number) => !store.has(position) && !unreadable.has(position);
    const stream = computedRows(batches.flatMap((batch) => Array.from(batch).filter(lacks)));
    const read = async (there: readonly number[]) => {
      const values: Float32Array<ArrayBuffer>[] = [];
      for (const { first, rows } of piecesOf(there.length)) {
        const own = there.slice(first, first + rows);
        const bytes = 4 * rows * elementsOf(shape);
        values.push(await gpu.profiler.span('cache read', () => store.read(own), bytes));
      }
      return values;
    };
    let ahead: ReturnType<typeof read> | undefined;
    try {
      for (const [index, batch] of batches.entries()) {
        const early = ahead;
        ahead = undefined;
        const wanted = Array.from(batch);
        while (wanted.some(lacks)) {
          const { value, done } = await stream.next();
          if (done) break;
          const { positions, rows } = value;
          await gpu.profiler.span('cache write', () => store.write(positions, rows), rows.byteLength);
        }
        const there = wanted.filter((position) => store.has(position));
        if (there.length === 0) continue;
        const values = await (early ?? read(there));
        const x = values.map((rows) => tensorFrom(gpu, [rows.length / elementsOf(shape), ...shape], rows, 'features'));
        const next = Array.from(batches[index + 1] ?? []);
        if (!next.some(lacks)) ahead = soon(() => read(next.filter(store.has)));
        yield* lend(index, there, x);
      }
    } finally {
      await stream.return();
    }
    await gpu.profiler.span('cache write', () => store.finish());
  }

  return {
    files,
    batches: (batches, warpOf) => (cache && !warpOf ? cached(batches, cache) : computed(batches, warpOf)),
    skipped: () => [...unreadable].map(([position, reason]) => ({ file: files[position]!.name, reason })),
    async close() {
      await cache?.close();
    },
  };
}

/** Starts work once the caller waits for something, as for the device; who awaits the result is told of an error. */
function soon<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = new Promise<void>((begin) => setImmediate(begin)).then(work);
  result.catch(() => {});
  return result;
}

function decodeSpan(name: string, startMs: number, endMs: number): HostSpan {
  return { name, thread: 'decode', startNs: startMs * 1e6, endNs: endMs * 1e6, bytes: 0 };
}

async function openCache(
  network: Network,
  files: readonly LabelledPicture[],
  size: number,
  { depth, exif, cache }: FeatureOptions & { readonly cache: CachePlace },
): Promise<FeatureCache> {
  const { folder, weights, engine } = cache;
  const { inputSize, preprocessing } = network.spec;
  const layers = network.spec.layers.slice(0, depth);
  const key = await featureCacheKey({
    weights: JSON.stringify([weights, layers]),
    preprocessing: JSON.stringify([inputSize, preprocessing, exif]),
    engine: JSON.stringify([engine, network.precision, variantsOfFeatures(network, depth, size)]),
    pictures: files,
  });
  const width = elementsOf(featureShape(network, depth));
  return openFeatureCache({ folder, key, count: files.length, width, float16: network.precision === 'f16' });
}
