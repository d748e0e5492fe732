// `vggpu finetune`: a folder per class in, a trained model out.
import { type Command, Option } from 'commander';
import { elementsOf } from '../autograd/tensor.js';
import { checkOutput } from '../data/keras/save.js';
import { VggpuError } from '../errors.js';
import { tensorsOf } from '../nn/parameters.js';
import type { Cut, Head } from '../nn/vgg16.js';
import { foundLine, readBatches } from '../vgg16/batches.js';
import type { EpochResult } from '../vgg16/fit.js';
import type { Vgg16 } from '../vgg16/vgg16.js';
import { withModel } from './model.js';
import { positiveNumber, seedNumber, type WeightsOptions, wholeNumber, withWeights } from './options.js';
import { createEpochProgress } from './progress.js';

interface FinetuneOptions extends WeightsOptions {
  readonly train: string;
  readonly valid: string;
  readonly out: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly seed: number;
  readonly cut?: string;
  readonly head?: Head;
  readonly cache: boolean;
  readonly json?: boolean;
}

export function addFinetune(program: Command): void {
  const command = program
    .command('finetune')
    .description("replace VGG16's last layer and train it on folders of photos, one folder a class")
    .requiredOption('--train <dir>', 'photos to learn from, a folder per class')
    .requiredOption('--valid <dir>', 'photos held back, with the same folders')
    .requiredOption('--out <file>', 'where to save the model (.h5)')
    .option('--epochs <count>', 'passes over the training photos', wholeNumber('--epochs', 1), 1)
    .option('--batch-size <count>', 'photos a step', wholeNumber('--batch-size', 1), 64)
    .option('--lr <rate>', "Adam's learning rate", positiveNumber('--lr'), 0.001)
    .option(
      '--seed <number>',
      'of the order, dropout and new weights; the same one gives the same losses',
      seedNumber,
      42,
    )
    .option('--cut <layer>', 'keep the network up to this layer, and put a head behind it')
    .addOption(new Option('--head <kind>', 'gap: average, dense. fc: dense 256, dropout, dense').choices(['gap', 'fc']))
    .option('--no-cache', 'compute the frozen layers in every epoch again (same result, slower)')
    .option('--json', 'print JSON: {epochs: [{loss, acc, valLoss, valAcc, seconds}], skipped, out}')
    .action(finetune);
  withWeights(command);
}

async function finetune(options: FinetuneOptions): Promise<void> {
  const { out, batchSize, seed, epochs, cache, exif } = options;
  const cut = cutOf(options);
  const settings = { batchSize, seed, exif };
  const train = await readBatches(options.train, settings);
  const valid = await readBatches(options.valid, { ...settings, shuffle: false, classes: train.classes });
  console.error(`Training: ${foundLine(train)}`);
  console.error(`Validation: ${foundLine(valid)}`);
  await checkOutput(out);
  await withModel(options, async (vgg) => {
    await vgg.finetune(train, { cut, seed });
    await checkOutput(out, parameterBytes(vgg));
    const progress = createEpochProgress();
    const finished: EpochResult[] = [];
    try {
      const { skipped } = await vgg.fit(train, valid, {
        ...{ epochs, seed, cache, learningRate: options.lr, onProgress: progress.onProgress },
        onEpoch(result, epoch) {
          finished.push(result);
          progress.onEpoch(result, epoch, epochs);
        },
        onSkip({ file, reason }) {
          progress.clear();
          console.error(`Skipped ${file}: ${reason}`);
        },
      });
      await vgg.saveWeights(out);
      if (options.json) console.log(JSON.stringify({ epochs: finished, skipped, out }, undefined, 2));
      else console.log(`Saved ${out}. Try it: vggpu predict PICTURE --weights ${out}`);
    } catch (error) {
      progress.clear();
      if (error instanceof VggpuError && error.code === 'training' && finished.length > 0) {
        await vgg.saveWeights(out);
        console.error(`Saved the weights of epoch ${finished.length} in ${out}.`);
      }
      throw error;
    }
  });
}

function cutOf({ cut, head }: FinetuneOptions): Cut | undefined {
  if (cut === undefined && head === undefined) return undefined;
  if (cut === undefined) throw new VggpuError('usage', '--head needs --cut LAYER: the layer that the head stands on.');
  if (head === undefined) throw new VggpuError('usage', `--cut ${cut} needs --head gap or --head fc.`);
  return { layer: cut, head };
}

function parameterBytes({ network }: Vgg16): number {
  const tensors = network.layers.flatMap(({ parameters }) => (parameters ? tensorsOf(parameters) : []));
  return tensors.reduce((bytes, { shape }) => bytes + 4 * elementsOf(shape), 0);
}
