// What `vggpu demo` does: draws cats and dogs, finetunes vgg-mini on them, measures it, and predicts, step by step.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import type { Precision } from '../autograd/tensor.js';
import { CATS_AND_DOGS, drawSet } from '../data/drawings/index.js';
import { makeFolder } from '../data/files/atomic-file.js';
import { describeLayers } from '../nn/specification.js';
import { startEngine } from '../node/engine.js';
import type { Evaluation } from '../vgg16/evaluate.js';
import { Vgg16 } from '../vgg16/vgg16.js';
import { countKernels } from './demo-kernels.js';
import { evaluationText } from './evaluate.js';
import { createEpochProgress, createStatusLine } from './progress.js';

export interface DemoOptions {
  /** 'gpu', 'lavapipe', 'swiftshader' or part of an adapter's name; default the best there is. */
  readonly adapter?: string | undefined;
  /** Of the layers that are not trained; default 'f32'. */
  readonly precision?: Precision | undefined;
  /** A folder for the drawings and the model; without it they are removed at the end. */
  readonly keep?: string | undefined;
  /** Of the drawings and of the training; default 42. */
  readonly seed?: number;
  /** Drawings of each class to learn from, default 500. */
  readonly train?: number;
  /** Drawings of each class held back, default 150. */
  readonly valid?: number;
  /** Default 12. */
  readonly epochs?: number;
  /** Gets the lines of the result; default stdout. */
  readonly print?: (line: string) => void;
  /** Gets the lines about progress; default stderr. */
  readonly say?: (line: string) => void;
}

/** What a run of the demo came to. */
export interface DemoResult {
  readonly evaluation: Evaluation;
  /** Where the drawings were; removed unless they were to be kept. */
  readonly folder: string;
}

/** The small VGG16 that this project pretrained; see scripts/make-vgg-mini.ts. */
export const VGG_MINI = fileURLToPath(new URL('../../models/vgg-mini.h5', import.meta.url));

const BATCH_SIZE = 32;
const LEARNING_RATE = 0.001;

/**
 * Runs the main job offline.
 * @throws VggpuError 'device', or 'output' where the drawings cannot be written
 */
export async function demo(options: DemoOptions = {}): Promise<DemoResult> {
  const { adapter, precision, keep } = options;
  if (keep !== undefined) await makeFolder(resolve(keep));
  const folder = keep === undefined ? await mkdtemp(join(tmpdir(), 'vggpu-demo-')) : resolve(keep);
  const say = options.say ?? ((line: string) => console.error(line));
  try {
    const engine = await startEngine({ adapter, float16: precision === 'f16', say });
    try {
      const { engine: counted, takeKernels } = countKernels(engine);
      const vgg = await Vgg16.create({ weights: VGG_MINI, engine: counted, precision, say: () => {} });
      try {
        return { folder, evaluation: await walk(vgg, folder, takeKernels, { ...options, say }) };
      } finally {
        await vgg.close();
      }
    } finally {
      await engine.close();
    }
  } finally {
    if (keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** The five steps, each with a sentence on what happens and the kernels that it took. */
async function walk(
  vgg: Vgg16,
  folder: string,
  takeKernels: () => string,
  options: DemoOptions & { readonly say: (line: string) => void },
): Promise<Evaluation> {
  const { keep, seed = 42, train: perClass = 500, valid: heldBack = 150, epochs = 12 } = options;
  const print = options.print ?? ((line: string) => console.log(line));
  const step = (title: string, text: string) => print(`\n${pc.bold(title)}  ${text}`);
  const kernels = () => print(pc.dim(`Kernels and how often they ran: ${takeKernels()}`));
  const at = (name: string) => join(folder, name);

  print('The whole job on drawings (not photos), offline: draw, load, finetune, evaluate, predict.');
  step(
    '1 Draw',
    `${2 * perClass} drawings of cats and dogs to learn from and ${2 * heldBack} held back, each of vector shapes in a random pose, coat and scene.`,
  );
  await draw(at('train'), perClass, seed);
  await draw(at('valid'), heldBack, seed + 1);
  await draw(at('new'), 2, seed + 2);

  const { inputSize } = vgg.spec;
  const parameters = describeLayers(vgg.spec).reduce((sum, layer) => sum + layer.parameters, 0);
  step(
    '2 Load',
    `vgg-mini: VGG16's 13 convolutions and 3 dense layers at an eighth of the width, for ${inputSize}x${inputSize} pixels; ` +
      `${parameters.toLocaleString('en-US')} parameters, pretrained by this engine on drawings without cats and dogs.`,
  );

  step(
    '3 Finetune',
    'The last layer makes way for one with 2 outputs and is the only one to learn; what the frozen layers make of a drawing is computed once and read back in later epochs.',
  );
  const train = await vgg.getBatches(at('train'), { batchSize: BATCH_SIZE, seed });
  const valid = await vgg.getBatches(at('valid'), { batchSize: BATCH_SIZE, shuffle: false, classes: train.classes });
  await vgg.finetune(train, { seed });
  const progress = createEpochProgress();
  await vgg.fit(train, valid, {
    ...{ epochs, learningRate: LEARNING_RATE, onProgress: progress.onProgress },
    onEpoch: (result, epoch) => progress.onEpoch(result, epoch, epochs),
  });
  kernels();

  step('4 Evaluate', `On the ${2 * heldBack} drawings held back:`);
  const evaluation = await vgg.evaluate(at('valid'), { batchSize: BATCH_SIZE });
  print(evaluationText(evaluation));
  kernels();

  step('5 Predict', 'Three drawings that nothing above has seen (the file says what it is):');
  const names = ['cat/cat.0.jpg', 'dog/dog.0.jpg', 'cat/cat.1.jpg'];
  const { classes, probabilities } = await vgg.predict(names.map((name) => join(at('new'), name)));
  names.forEach((name, i) => {
    print(`${name}  ->  ${classes[i]}, probability ${probabilities[i]!.toFixed(4)}`);
  });
  kernels();

  if (keep !== undefined) {
    await vgg.saveWeights(at('cats-and-dogs.h5'));
    print(`\nKept in ${folder}: the drawings, and the model as cats-and-dogs.h5.`);
  }
  print(nextSteps());
  return evaluation;
}

async function draw(folder: string, perClass: number, seed: number): Promise<void> {
  const line = createStatusLine();
  await drawSet(folder, {
    ...{ classes: CATS_AND_DOGS, perClass, seed },
    onProgress: (done, total) => line.show(`Drawing ${done}/${total}`),
  });
  line.clear();
}

function nextSteps(): string {
  return [
    '',
    `${pc.bold('Next')}  The same with the real VGG16 (any Keras weights file, lesson 1's vgg16.h5 among them) and your photos, a folder per class:`,
    '  vggpu finetune --train DIR --valid DIR --weights vgg16.h5 --out FT.h5',
    '  vggpu predict PICTURE --weights FT.h5',
  ].join('\n');
}
