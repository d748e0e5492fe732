// Keras' Sequential: a network put together layer by layer, then trained and asked. Arrays in, arrays out; no files.
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import { type Built, build } from './building.js';
import type { Logs, TrainedModel } from './callbacks.js';
import { type Compiled, compileModel, evaluateBatch, trainBatch } from './compiled.js';
import {
  batchesOf,
  checkedBatchSize,
  type History,
  type LabelledBatch,
  type LabelledBatches,
  meanOver,
  runEpochs,
  shuffled,
} from './epochs.js';
import { checkPictures, countOf, type Pictures } from './inputs.js';
import { defaultName, type KerasLayer, type NewLayer } from './keras-layers.js';
import { type Lowered, lower, type Output } from './lowering.js';
import { freeNetwork, type Network } from './network.js';
import { type OutputArray, outputsOf } from './prediction.js';
import type {
  BatchOptions,
  CompileOptions,
  FitBatchesOptions,
  SequentialFitOptions,
  SequentialOptions,
} from './sequential-options.js';
import type { NetworkSpec } from './specification.js';
import { summaryOf } from './summary.js';
import { labelsOf, type Targets } from './targets.js';
import { checkWeights, readWeights, type WeightArray, writeWeights } from './weight-arrays.js';

/** Pictures at a time where nothing else is said, as in Keras. */
const BATCH_SIZE = 32;

/**
 * A network of Keras' layers. Its weights come to be when it first runs, and stay with their layers: what `pop` leaves keeps
 * its own. `close` gives their memory back.
 */
export class Sequential implements TrainedModel {
  readonly name: string;
  stopTraining = false;
  readonly #options: SequentialOptions;
  readonly #layers: KerasLayer[] = [];
  #lowered: Lowered | undefined;
  #built: Built | undefined;
  #compiled: Compiled | undefined;

  constructor(options: SequentialOptions = {}) {
    this.#options = options;
    this.name = options.name ?? 'sequential_1';
    for (const layer of options.layers ?? []) this.add(layer);
  }

  /** In their order; `trainable` of each may be set before `compile`. */
  get layers(): readonly KerasLayer[] {
    return this.#layers;
  }

  /** Appends a layer, copied. Without a name it gets Keras' (conv2d_1, ...). @throws VggpuError 'usage' for a name twice */
  add(layer: NewLayer): void {
    const names = new Set(this.#layers.map(({ name }) => name));
    let count = 1 + this.#layers.filter(({ className }) => className === layer.className).length;
    while (layer.name === undefined && names.has(defaultName(layer.className, count))) count++;
    const name = layer.name ?? defaultName(layer.className, count);
    if (names.has(name)) throw new VggpuError('usage', `The model has a layer '${name}' already; names differ.`);
    this.#layers.push({ trainable: true, ...layer, name } as KerasLayer);
    this.#changed();
  }

  /** Takes the last layer away. @throws VggpuError 'usage' where there is none */
  pop(): void {
    if (!this.#layers.pop()) throw new VggpuError('usage', 'The model has no layer to take away.');
    this.#changed();
  }

  /** The network as the engine runs it. @throws VggpuError 'usage' naming the layer that does not fit */
  get spec(): NetworkSpec {
    return this.lowered.spec;
  }

  /** What the last layer makes of the network's logits. */
  get output(): Output {
    return this.lowered.output;
  }

  /** Keras' table: layers, output shapes, parameters. @throws VggpuError 'usage' as `spec` does */
  summary(): string {
    return summaryOf(this.name, this.#layers, this.lowered);
  }

  /**
   * Says how to train, and which layers: those that are `trainable` now. A network without a last softmax is taken to give
   * logits (Keras' from_logits).
   * @throws VggpuError 'usage' where the network has no classes, or optimizer, loss or metrics do not fit
   */
  compile(options: CompileOptions): void {
    const compiled = compileModel(this.#layers, this.lowered, options);
    this.#compiled?.optimizer?.free();
    this.#compiled = compiled;
  }

  /**
   * Trains on arrays or decoded pictures.
   * @throws VggpuError 'usage' or 'shape' where they do not fit, 'training' where the loss is no longer a number
   */
  async fit(x: Pictures, y: Targets, options: SequentialFitOptions = {}): Promise<History> {
    const { batchSize = BATCH_SIZE, shuffle = true, seed = this.seed, validationData } = options;
    const labels = this.#labels(x, y);
    const held = validationData && { x: validationData[0], labels: this.#labels(...validationData) };
    const order = (epoch: number) => (shuffle ? shuffled(labels.length, seed, epoch) : [...labels.keys()]);
    return this.fitBatches((epoch) => batchesOf(x, labels, order(epoch), batchSize), {
      ...options,
      validate: held && (() => batchesOf(held.x, held.labels, [...held.labels.keys()], batchSize)),
    });
  }

  /**
   * Trains on batches, however they come about.
   * @param train the batches of an epoch
   * @throws VggpuError as `fit` does
   */
  async fitBatches(train: (epoch: number) => LabelledBatches, options: FitBatchesOptions = {}): Promise<History> {
    const { seed, validate } = options;
    const steps = { trainBatch: this.#train(seed), evaluateBatch: this.#measure(), train, validate };
    return runEpochs(this, { ...steps, accuracy: this.#requireCompiled().accuracy }, options);
  }

  /** One step on one batch. @throws VggpuError as `fit` does */
  async trainOnBatch(x: Pictures, y: Targets): Promise<Logs> {
    return meanOver([{ x, labels: this.#labels(x, y) }], this.#train(), this.#requireCompiled().accuracy);
  }

  /** Loss, and accuracy if asked for in `compile`; nothing is learnt. @throws VggpuError 'usage' or 'shape' */
  async evaluate(x: Pictures, y: Targets, { batchSize = BATCH_SIZE }: BatchOptions = {}): Promise<Logs> {
    const labels = this.#labels(x, y);
    return this.evaluateBatches(batchesOf(x, labels, [...labels.keys()], batchSize));
  }

  /** The same for batches, however they come about. */
  async evaluateBatches(batches: LabelledBatches): Promise<Logs> {
    return meanOver(batches, this.#measure(), this.#requireCompiled().accuracy);
  }

  /**
   * The model's output: probabilities (N, classes) behind a softmax, (N, 1) behind a sigmoid, otherwise what its last layer
   * gives.
   * @throws VggpuError 'shape' where the pictures do not fit
   */
  async predict(x: Pictures, { batchSize = BATCH_SIZE }: BatchOptions = {}): Promise<OutputArray> {
    checkPictures(x, this.spec.inputSize);
    return outputsOf(await this.network(), this.lowered, x, checkedBatchSize(batchSize));
  }

  /** Kernel and bias of each layer that has some, in order. */
  async getWeights(): Promise<WeightArray[]> {
    const { gpu, layers } = await this.network();
    const arrays: WeightArray[] = [];
    for (const { parameters } of layers) if (parameters) arrays.push(...(await readWeights(gpu, parameters)));
    return arrays;
  }

  /**
   * @param weights as `getWeights` gives them
   * @throws VggpuError 'shape' where their number or a shape differs; no weight has changed then
   */
  async setWeights(weights: readonly WeightArray[]): Promise<void> {
    const { gpu, layers } = await this.network();
    const own = layers.flatMap(({ parameters }) => parameters ?? []);
    if (weights.length !== 2 * own.length) {
      throw new VggpuError('shape', `The model has ${2 * own.length} arrays of weights; found ${weights.length}.`);
    }
    const pairs = own.map((parameters, i) => [parameters, weights[2 * i]!, weights[2 * i + 1]!] as const);
    for (const pair of pairs) checkWeights(...pair);
    for (const pair of pairs) writeWeights(gpu, ...pair);
  }

  /** The layers as the engine has them. @throws VggpuError 'usage' as `spec` does */
  get lowered(): Lowered {
    const { inputSize, resize } = this.#options;
    this.#lowered ??= lower(this.#layers, { inputSize, resize });
    return this.#lowered;
  }

  /**
   * The network with its weights on the device. Layers that are new since the last call get initial ones.
   * @throws VggpuError 'usage' where a layer does not fit or there is no device, 'memory'
   */
  async network(): Promise<Network> {
    return (await this.#build()).network;
  }

  /** Gives the memory of the weights and of the optimizer back; running again starts from initial ones. */
  close(): void {
    if (this.#built) freeNetwork(this.#built.network);
    this.#built = undefined;
    this.#compiled?.optimizer?.free();
    this.#compiled = undefined;
  }

  protected get seed(): number {
    return this.#options.seed ?? 42;
  }

  /** Opens the device that the model runs on. @throws VggpuError 'usage' where it was given none */
  protected async openGpu(): Promise<Gpu> {
    const { gpu } = this.#options;
    if (!gpu) throw new VggpuError('usage', 'The model has no device to run on: new Sequential({ gpu }).');
    return typeof gpu === 'function' ? gpu() : gpu;
  }

  async #build(): Promise<Built> {
    const { lowered } = this;
    const gpu = this.#built?.network.gpu ?? (await this.openGpu());
    if (this.#built?.lowered !== lowered) {
      this.#built = build(gpu, this.#layers, lowered, { before: this.#built, seed: this.seed });
    }
    return this.#built;
  }

  /** Layers came or went: what was derived from them no longer holds. */
  #changed(): void {
    this.#compiled?.optimizer?.free();
    this.#compiled = undefined;
    this.#lowered = undefined;
  }

  #requireCompiled(): Compiled {
    if (this.#compiled) return this.#compiled;
    const what = 'Compile the model first, and again where its layers changed: compile({ optimizer, loss }).';
    throw new VggpuError('usage', what);
  }

  #labels(x: Pictures, y: Targets): Uint32Array<ArrayBuffer> {
    const { options, classes } = this.#requireCompiled();
    checkPictures(x, this.spec.inputSize);
    return labelsOf(y, options.loss, classes, countOf(x));
  }

  #train(seed = this.seed) {
    const compiled = this.#requireCompiled();
    return async (batch: LabelledBatch) => trainBatch(compiled, await this.#build(), batch, seed);
  }

  #measure() {
    const compiled = this.#requireCompiled();
    return async (batch: LabelledBatch) => evaluateBatch(compiled, await this.#build(), batch);
  }
}
