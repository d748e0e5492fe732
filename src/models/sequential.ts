// Sequential with a device of its own, folders of pictures, and files.

import { modelConfig } from '../data/keras/architecture-config.js';
import { matchWeights } from '../data/keras/architecture-weights.js';
import { type Kernels, openWeights } from '../data/keras/weights-file.js';
import type { Logs } from '../nn/callbacks.js';
import type { EpochsOptions, History } from '../nn/epochs.js';
import { Sequential as EngineSequential } from '../nn/sequential.js';
import type { SequentialOptions as EngineOptions } from '../nn/sequential-options.js';
import { type Engine, startEngine } from '../node/engine.js';
import { type Batches, checkClassCount } from '../vgg16/batches.js';
import { fillNetwork } from '../vgg16/load.js';
import { saveModel } from '../vgg16/save.js';
import { type Labelled, labelledBatches } from './labelled-batches.js';

export interface SequentialOptions extends Omit<EngineOptions, 'gpu'> {
  /** 'gpu', 'lavapipe', 'swiftshader' or part of an adapter's name; default VGGPU_ADAPTER, or the best there is. */
  readonly adapter?: string | undefined;
  /** Gets lines for the person at the keyboard; default stderr. */
  readonly say?: ((line: string) => void) | undefined;
  /** Runs on an engine that is open already, which then stays open. */
  readonly engine?: Engine | undefined;
  /** Names of the classes in the order of the outputs, for saved files. */
  readonly classes?: readonly string[] | undefined;
}

export interface FitGeneratorOptions extends EpochsOptions {
  /** Measured after each epoch. */
  readonly validationData?: Batches | undefined;
  /** Of dropout; default the model's. */
  readonly seed?: number | undefined;
}

/** Outputs of a folder's pictures, in its order; pictures that cannot be read are left out. */
export interface FolderOutputs {
  readonly fileNames: readonly string[];
  /** One for each file: probabilities behind a softmax or sigmoid, otherwise what the last layer gives. */
  readonly outputs: readonly Float32Array[];
}

/**
 * Keras' Sequential: built layer by layer, compiled, trained on arrays or folders, saved and loaded. The device is opened when it
 * is first needed; `close` the model when done, or the process stays alive.
 */
export class Sequential extends EngineSequential {
  readonly #options: SequentialOptions;
  #engine: Promise<Engine> | undefined;
  #classes: readonly string[];

  constructor(options: SequentialOptions = {}) {
    super(options);
    this.#options = options;
    this.#classes = options.classes ?? [];
  }

  /** Names of the classes, where they are known: those stated, or those of the folder it was trained on. */
  get classes(): readonly string[] {
    return this.#classes;
  }

  /**
   * Trains on a folder of pictures, which are decoded ahead of the device.
   * @throws VggpuError 'usage' where the folder has another number of classes, 'pictures', 'training'
   */
  async fitGenerator(batches: Batches, { validationData, ...options }: FitGeneratorOptions = {}): Promise<History> {
    checkClassCount(this.spec, batches);
    if (validationData) checkClassCount(this.spec, validationData);
    this.#classes = batches.classes;
    return this.fitBatches(() => labelledBatches(batches), {
      ...options,
      validate: validationData && (() => labelledBatches(validationData)),
    });
  }

  /** Loss and accuracy on a folder of pictures. @throws VggpuError as `fitGenerator` */
  async evaluateGenerator(batches: Batches): Promise<Logs> {
    checkClassCount(this.spec, batches);
    return this.evaluateBatches(labelledBatches(batches));
  }

  /** Outputs of a folder of pictures. @throws VggpuError 'pictures' */
  async predictGenerator(batches: Batches): Promise<FolderOutputs> {
    const fileNames: string[] = [];
    const outputs: Float32Array[] = [];
    for await (const { x, fileNames: names } of labelledBatches(batches) as AsyncIterable<Labelled>) {
      const { data } = await this.predict(x, { batchSize: names.length });
      const row = data.length / names.length;
      names.forEach((name, i) => {
        fileNames.push(name);
        outputs.push(data.slice(i * row, (i + 1) * row));
      });
    }
    return { fileNames, outputs };
  }

  /** Saves the weights as Keras 2 does, for `loadWeights` here and there. @throws VggpuError 'output' */
  async saveWeights(file: string): Promise<void> {
    await saveModel(file, await this.network(), { classes: this.#classes });
  }

  /**
   * Saves architecture and weights, for `loadModel` here and Keras' `load_model`. Preprocessing becomes a Rescaling layer where
   * one can express it; VGG's is kept for this project only, and Keras then takes what its `preprocess_input` gives.
   * @throws VggpuError 'output'
   */
  async saveModel(file: string): Promise<void> {
    const config = modelConfig(this.layers, this.spec.inputSize, this.name);
    await saveModel(file, await this.network(), { classes: this.#classes }, { config });
  }

  /**
   * Fills the layers from a file of any Keras layout, by name where it has all names, by order otherwise.
   * @param kernels how (out, in, 3, 3) kernels are turned, where the file does not tell
   * @throws VggpuError 'weights' where a layer does not fit
   */
  async loadWeights(path: string, { kernels }: { readonly kernels?: Kernels | undefined } = {}): Promise<void> {
    const file = await openWeights(path, { kernels });
    try {
      if (file.note) this.#say(file.note);
      const order = matchWeights(file, { layers: this.layers, inputSize: this.spec.inputSize });
      await fillNetwork(await this.network(), file, order);
    } finally {
      await file.close();
    }
  }

  /** Frees the weights, and the device unless it was handed in. */
  override async close(): Promise<void> {
    super.close();
    const engine = await this.#engine;
    this.#engine = undefined;
    if (!this.#options.engine) await engine?.close();
  }

  protected override async openGpu() {
    const { engine, adapter, say } = this.#options;
    this.#engine ??= engine ? Promise.resolve(engine) : startEngine({ adapter, ...(say ? { say } : {}) });
    return (await this.#engine).gpu;
  }

  #say(line: string): void {
    (this.#options.say ?? console.error)(line);
  }
}
