// The class of lesson 1: load VGG16, look at predictions, finetune its last layer on folders of photos, use the result.
import { join } from 'node:path';
import { pruneCache } from '../data/features/cache-folder.js';
import { decodePicture } from '../data/pictures/decode.js';
import { VggpuError } from '../errors.js';
import { createNetwork, freeNetwork, frozenDepth, type Network, trainFrom } from '../nn/network.js';
import { initialize } from '../nn/parameters.js';
import type { Picture } from '../nn/pictures.js';
import type { NetworkSpec } from '../nn/specification.js';
import { finetuned } from '../nn/vgg16.js';
import { cacheFolder } from '../node/cache-folder.js';
import { type Engine, startEngine } from '../node/engine.js';
import { type Batches, type BatchesOptions, checkClassCount, foundLine, readBatches } from './batches.js';
import type { ClassName, DescribeOptions } from './describe.js';
import { type Evaluation, evaluateNetwork } from './evaluate.js';
import { openFeatures } from './features.js';
import { loadModel } from './load.js';
import type {
  CreateOptions,
  EvaluateOptions,
  FindLearningRateOptions,
  FinetuneOptions,
  FitOptions,
  FitResult,
  Predictions,
  TestOptions,
  TestResult,
} from './options.js';
import { predictPictures, topClasses } from './predict.js';
import { saveModel } from './save.js';
import { isFeatureBatches } from './shards/feature-batches.js';
import { assertFeatureWeights } from './shards/features-fit.js';
import { depthOf, noPictures, openShardFeatures } from './shards/shard-features.js';
import { testFolder } from './test.js';
import { findLearningRate, type LearningRates } from './training/find-learning-rate.js';
import { adapterOf, tuningOf } from './training/run-choices.js';
import { type RunContext, runFit } from './training/run-fit.js';

/** The features of earlier runs are kept up to this size, the last used first: fc1 of 600,000 photos. */
const CACHE_BYTES = 10 * 2 ** 30;

/** VGG16 with its weights on a device. `close` it when done, or the process stays alive. */
export class Vgg16 {
  readonly engine: Engine;
  readonly #ownsEngine: boolean;
  readonly #options: CreateOptions;
  #network: Network;
  #classes: readonly ClassName[];
  #named: boolean; // whether the classes have names of their own
  #identity: string;
  #training: Record<string, unknown> = {};
  #kept = 0; // layers taken over by finetune
  #trained = 0; // index of the first layer that fit changes
  #epochs = 0; // trained since then
  #file: readonly [path: string, options: DescribeOptions]; // that the weights came from
  #changed = Number.POSITIVE_INFINITY; // index of the first layer that a fit has changed since they did

  private constructor(engine: Engine, options: CreateOptions, model: Awaited<ReturnType<typeof loadModel>>) {
    this.engine = engine;
    this.#ownsEngine = options.engine === undefined;
    this.#options = options;
    this.#network = model.network;
    this.#classes = model.classes;
    this.#named = model.named;
    this.#identity = model.identity;
    this.#file = [options.weights, options];
  }

  /**
   * Opens the device and loads the weights.
   * @throws VggpuError 'device', 'weights' or 'memory'
   */
  static async create(options: CreateOptions): Promise<Vgg16> {
    const engine = options.engine ?? (await startEngine(startOptions(options)));
    try {
      const model = await loadModel(engine.gpu, options.weights, { ...options, onProgress: options.onLoad });
      return new Vgg16(engine, options, model);
    } catch (error) {
      if (!options.engine) await engine.close();
      throw error;
    }
  }

  /** The classes' names in the order of the outputs. */
  get classes(): readonly string[] {
    return this.#classes.map(({ name }) => name);
  }

  /** The classes with their WordNet ids, where they are ImageNet's. */
  get classNames(): readonly ClassName[] {
    return this.#classes;
  }

  get spec(): NetworkSpec {
    return this.#network.spec;
  }

  get network(): Network {
    return this.#network;
  }

  /**
   * Lists a folder that holds one folder per class, and says what it found.
   * @throws VggpuError 'pictures' or 'usage'
   */
  async getBatches(directory: string, options: BatchesOptions = {}): Promise<Batches> {
    const batches = await readBatches(directory, options);
    this.#say(foundLine(batches));
    return batches;
  }

  /**
   * Probabilities, indices and names of the most probable class of each picture.
   * @param images decoded pictures (as batches give them) or paths
   * @throws VggpuError 'pictures' for a path that cannot be decoded
   */
  async predict(images: readonly (Picture | string)[]): Promise<Predictions> {
    const pictures = await Promise.all(
      images.map((image) => (typeof image === 'string' ? decodePicture(image, { exif: true }) : image)),
    );
    const names = images.map((image, i) => (typeof image === 'string' ? image : `picture ${i + 1}`));
    const outputs = await predictPictures(this.#network, pictures, names);
    const best = outputs.map(({ probabilities }) => topClasses(probabilities, 1)[0]!);
    return {
      probabilities: best.map(({ probability }) => probability),
      indices: best.map(({ index }) => index),
      classes: best.map(({ index }) => this.#classes[index]!.name),
      outputs,
    };
  }

  /**
   * Replaces the last layer by one for the classes of these batches (or cuts and puts a head behind), and freezes
   * everything before it, or before the layer to unfreeze from.
   * @throws VggpuError 'usage' where the network cannot be cut there, or has no such layer to unfreeze
   */
  async finetune(batches: Batches, { cut, seed = 42, unfreeze }: FinetuneOptions = {}): Promise<void> {
    const { spec, kept } = finetuned(this.spec, batches.classes.length, cut);
    const trained = unfreeze === undefined ? kept : unfrozenFrom(spec, kept, unfreeze);
    const { gpu } = this.engine;
    const old = this.#network;
    const takenOver = old.layers.slice(0, kept);
    const network = createNetwork(gpu, spec, { keep: takenOver, precision: old.precision });
    network.layers.forEach(({ parameters }, i) => {
      const alone = i === network.layers.length - 1 && network.layers[i - 1]?.standardization;
      if (i >= kept && parameters) initialize(gpu, parameters, { method: alone ? 'zero' : 'glorot', seed, stream: i });
    });
    trainFrom(network, trained);
    freeNetwork(old, takenOver);
    this.#network = network;
    this.#kept = kept;
    this.#trained = trained;
    this.#epochs = 0;
    this.#classes = batches.classes.map((name) => ({ name }));
    this.#named = true;
    this.#training = { cut: cut ?? null, unfreeze: unfreeze ?? null, initialSeed: seed };
  }

  /**
   * Trains the layers that `finetune` made trainable on the categorical cross-entropy.
   * @param valid measured after each epoch, its classes matched by name
   * @throws VggpuError 'training' where the loss is no longer a number (the last good weights stay), 'interrupted' where the
   *   signal asked for it, 'usage' for options that do not fit, 'output' where a checkpoint or log cannot be written, 'weights'
   *   where a checkpoint is damaged, 'pictures', 'memory'
   */
  async fit(batches: Batches, valid?: Batches, options: FitOptions = {}): Promise<FitResult> {
    const { epochs = 1, learningRate = 0.001, seed = batches.seed, optimizer = 'adam' } = options;
    if (options.augment && isFeatureBatches(batches)) throw noPictures(batches.shards);
    const training = { ...this.#training, optimizer, learningRate, epochs, seed, batchSize: batches.batchSize };
    const context = {
      ...(await this.#run(batches, valid, training, options.onSkip)),
      tuning: tuningOf(this.engine, options),
    };
    this.#changed = Math.min(this.#changed, this.#trained);
    const result = await runFit(context, batches, valid, options);
    this.#epochs += result.epochs.length;
    this.#training = training;
    return result;
  }

  /**
   * Tries learning rates for the layers that `finetune` made trainable, in a short run that leaves no trace.
   * @throws VggpuError as `fit`
   */
  async findLearningRate(batches: Batches, options: FindLearningRateOptions = {}): Promise<LearningRates> {
    return findLearningRate(await this.#run(batches, undefined, {}, options.onSkip), batches, options);
  }

  /** Loss, accuracy and confusion on a folder that holds one folder per class, matched to this network's by name. */
  async evaluate(directory: string, options: EvaluateOptions = {}): Promise<Evaluation> {
    const own = this.#named ? { classes: this.classes } : {}; // else the folders name them, sorted
    const batches = await readBatches(directory, { batchSize: 64, ...options, shuffle: false, ...own });
    checkClassCount(this.spec, batches);
    const depth = frozenDepth(this.#network);
    const source = await this.#features(batches, depth, { cache: false, onSkip: options.onSkip });
    try {
      const { batchSize } = batches;
      return await evaluateNetwork(this.#network, source, {
        classes: batches.classes,
        batchSize,
        depth,
        onProgress: options.onProgress,
        onPrediction: options.onPrediction,
      });
    } finally {
      await source.close();
    }
  }

  /** Probabilities for every picture in a folder, labelled or not. @throws VggpuError 'pictures' or 'weights' */
  async test(directory: string, options: TestOptions = {}): Promise<TestResult> {
    return testFolder(this.#network, directory, options);
  }

  /**
   * Saves the network as Keras 2 would, with its classes, preprocessing and training arguments.
   * @throws VggpuError 'output'; what was at `file` before is then untouched
   */
  async saveWeights(file: string, onProgress?: (done: number, total: number) => void): Promise<void> {
    await saveModel(file, this.#network, { classes: this.classes, training: this.#training }, { onProgress });
  }

  /**
   * Replaces the network by that of another file. What `finetune` made trainable stays so: weights saved after one `fit` can be
   * loaded before the next.
   * @throws VggpuError 'weights' or 'memory'; the old network then stays
   */
  async loadWeights(file: string): Promise<void> {
    const { whole, kernels, resize, say, precision } = this.#options;
    const model = await loadModel(this.engine.gpu, file, { whole, kernels, resize, say, precision });
    freeNetwork(this.#network);
    this.#network = model.network;
    this.#classes = model.classes;
    this.#named = model.named;
    this.#identity = model.identity;
    this.#file = [file, { whole, kernels, resize }];
    this.#changed = Number.POSITIVE_INFINITY;
    this.#kept = this.#kept < model.network.layers.length ? this.#kept : 0;
    if (this.#kept > 0) trainFrom(model.network, this.#trained);
    this.#epochs = 0;
    this.#training = {};
  }

  /** Frees the weights, and the device unless it was handed in. */
  async close(): Promise<void> {
    freeNetwork(this.#network);
    if (this.#ownsEngine) await this.engine.close();
  }

  #say(line: string): void {
    (this.#options.say ?? console.error)(line);
  }

  async #run(
    batches: Batches,
    valid: Batches | undefined,
    training: Record<string, unknown>,
    onSkip: FitOptions['onSkip'],
  ): Promise<RunContext> {
    if (this.#kept === 0) throw new VggpuError('usage', 'Call finetune before fit: nothing is trainable yet.');
    this.#checkClasses(batches);
    if (valid) this.#checkClasses(valid);
    await this.#checkFeatures(valid ? [batches, valid] : [batches]);
    await pruneCache(featureFolder(), CACHE_BYTES);
    const depth = frozenDepth(this.#network);
    return {
      ...{ network: this.#network, kept: this.#kept, epochsBefore: this.#epochs, classes: this.classes, training },
      weights: this.#identity,
      adapter: adapterOf(this.engine),
      openFeatures: (set, cache) => this.#features(set, depth, { cache, onSkip }),
      say: (line) => this.#say(line),
    };
  }

  #checkClasses({ classes, folder }: Batches): void {
    const expected = this.classes;
    if (classes.length === expected.length && classes.every((name, i) => name === expected[i])) return;
    throw new VggpuError(
      'pictures',
      `${folder.root} has the classes ${classes.join(', ')}; the network was made for ${expected.join(', ')}. Read it with getBatches(directory, { classes: vgg.classes }).`,
    );
  }

  /** Features that were computed before must be those of this network's own layers. @throws VggpuError 'weights' or 'usage' */
  async #checkFeatures(sets: readonly Batches[]): Promise<void> {
    const shards = new Map(
      sets.filter(isFeatureBatches).map((set) => [set.shards.manifest.settings.weights, set.shards]),
    );
    for (const one of shards.values()) {
      if (depthOf(one) > this.#changed) {
        throw new VggpuError(
          'usage',
          `An earlier fit has changed layers below ${one.manifest.settings.layer}, so the features in ${one.folder} are no longer this network's. Load the weights anew.`,
        );
      }
      await assertFeatureWeights(one, ...this.#file);
    }
  }

  async #features(batches: Batches, depth: number, { cache = true, onSkip }: Pick<FitOptions, 'cache' | 'onSkip'>) {
    if (isFeatureBatches(batches)) return openShardFeatures(this.#network, batches, depth);
    return openFeatures(this.#network, batches.folder.files, {
      ...{ depth, exif: batches.exif, onSkip, say: this.#options.say },
      cache:
        cache && depth > 0 // the pictures themselves are decoded as fast as read
          ? { folder: featureFolder(), weights: this.#identity, engine: adapterOf(this.engine) }
          : undefined,
    });
  }
}

/** The index of the layer to train from. @throws VggpuError 'usage' where it is none of the layers taken over with weights */
function unfrozenFrom({ layers }: NetworkSpec, kept: number, name: string): number {
  const older = layers.slice(0, kept).filter(({ kind }) => kind === 'conv3x3' || kind === 'dense');
  if (older.some((layer) => layer.name === name)) return layers.findIndex((layer) => layer.name === name);
  const names = older.map((layer) => layer.name).join(', ');
  throw new VggpuError('usage', `Cannot unfreeze from '${name}': the pretrained layers with weights are ${names}.`);
}

function featureFolder(): string {
  return join(cacheFolder(), 'features');
}

function startOptions({ adapter, say, precision }: CreateOptions) {
  return {
    ...(adapter === undefined ? {} : { adapter }),
    ...(say ? { say } : {}),
    float16: precision === 'f16',
  };
}
