// `vggpu finetune`: a folder per class in, a trained model out.
import { type Command, Option } from 'commander';
import { checkOutput } from '../data/keras/save.js';
import { VggpuError } from '../errors.js';
import { OPTIMIZERS, type OptimizerName } from '../nn/optimizers.js';
import type { Cut, Head } from '../nn/vgg16.js';
import type { FitOptions } from '../vgg16/options.js';
import { augmentation, classWeights, runFiles } from './finetune-options.js';
import { findRate, runFinetune } from './finetune-run.js';
import { openSets, type SetOptions } from './finetune-sets.js';
import { type OpenModel, withModel } from './model.js';
import {
  fraction,
  positiveNumber,
  seedNumber,
  type WeightsOptions,
  wholeNumber,
  withModelFile,
  withWeights,
} from './options.js';

interface FinetuneOptions extends WeightsOptions, SetOptions {
  readonly exif: boolean;
  readonly out: string;
  readonly epochs: number;
  readonly optimizer: OptimizerName;
  readonly lr: number;
  readonly lrFind?: boolean;
  readonly momentum?: number;
  readonly cut?: string;
  readonly head?: Head;
  readonly unfreeze?: string;
  readonly baseLr?: number;
  readonly classWeights?: string;
  readonly earlyStop?: number;
  readonly checkpointMinutes: number;
  readonly resume?: boolean;
  readonly profile?: boolean;
  readonly tune: boolean;
  readonly json?: boolean;
}

/** @param open opens the model, and may look on while it is used */
export function addFinetune(program: Command, open: OpenModel = withModel): Command {
  const command = program
    .command('finetune')
    .description("replace VGG16's last layer and train it on folders of photos, one folder a class")
    .option('--train <dir>', 'photos to learn from, a folder per class')
    .option('--valid <dir>', 'photos held back, with the same folders')
    .option(
      '--valid-fraction <share>',
      'hold this share of each class of --train back instead',
      fraction('--valid-fraction'),
    )
    .option('--features <folder>', 'learn from features instead of --train: what vggpu features and merge made')
    .option('--valid-features <folder>', 'features of the photos held back, with --features')
    .requiredOption('--out <file>', 'where to save the model (.h5); its log, checkpoint and best model go beside it')
    .option('--epochs <count>', 'passes over the training photos', wholeNumber('--epochs', 1), 1)
    .option('--batch-size <count>', 'photos a step', wholeNumber('--batch-size', 1), 64)
    .addOption(new Option('--optimizer <name>', 'what makes a step of a gradient').choices(OPTIMIZERS).default('adam'))
    .option('--lr <rate>', 'learning rate', positiveNumber('--lr'), 0.001)
    .option('--lr-find', 'try learning rates, draw the curve, suggest one, and train nothing')
    .option('--momentum <share>', "SGD's momentum", fraction('--momentum'))
    .option(
      '--seed <number>',
      'of the order, dropout, augmentation and new weights; the same one gives the same losses',
      seedNumber,
      42,
    )
    .option('--cut <layer>', 'keep the network up to this layer, and put a head behind it')
    .addOption(new Option('--head <kind>', 'gap: average, dense. fc: dense 256, dropout, dense').choices(['gap', 'fc']))
    .option('--unfreeze <layer>', 'train the pretrained layers from this one on too')
    .option(
      '--base-lr <rate>',
      "the pretrained layers' learning rate (default: a tenth of --lr)",
      positiveNumber('--base-lr'),
    )
    .option('--augment [how]', 'move photos at random; by itself flip,rotation=15,shift=0.1,zoom=0.1')
    .option('--class-weights <how>', "what a photo of each class counts: 'balanced', or cats=1,dogs=2.5")
    .option('--early-stop <epochs>', 'stop after so many epochs without a better one', wholeNumber('--early-stop', 1))
    .option(
      '--checkpoint-minutes <count>',
      'save the run at least so often',
      positiveNumber('--checkpoint-minutes'),
      10,
    )
    .option('--resume', 'go on with the run that was stopped, to the same result as if it never had been')
    .option('--no-cache', 'compute the frozen layers in every epoch again (same result, slower)')
    .option('--no-tune', 'measure no kernel variants on the side of the first epoch (it is done on GPUs only)')
    .option('--profile', 'say after each epoch where its time went, and which kernels took it')
    .option('--json', 'print JSON: {epochs: [{loss, acc, valLoss, valAcc, seconds}], skipped, out, best}')
    .action((options: FinetuneOptions, own: Command) => finetune(options, own, open));
  return withModelFile(withWeights(command));
}

async function finetune(options: FinetuneOptions, command: Command, open: OpenModel): Promise<void> {
  const { out, seed, unfreeze } = options;
  const cut = cutOf(options);
  const fit = fitOptionsOf(options);
  const { train, valid, close } = await openSets(options, command);
  try {
    await checkOutput(out);
    await open(options, async (vgg) => {
      await vgg.finetune(train, { cut, seed, unfreeze });
      if (options.lrFind) await findRate(vgg, train, runFiles(out), fit, options);
      else await runFinetune(vgg, train, valid, runFiles(out), fit, options);
    });
  } finally {
    await close();
  }
}

/** The options that the library takes as they are. @throws VggpuError 'usage' */
function fitOptionsOf(options: FinetuneOptions): FitOptions {
  const { tune, epochs, seed, cache, optimizer, momentum, earlyStop, checkpointMinutes, resume, augment } = options;
  if (options.baseLr !== undefined && options.unfreeze === undefined) {
    throw new VggpuError('usage', '--base-lr is for pretrained layers, and they are frozen: add --unfreeze LAYER.');
  }
  return {
    ...{ tune, epochs, seed, cache, optimizer, momentum, earlyStop, checkpointMinutes, resume },
    ...{ learningRate: options.lr, baseLearningRate: options.baseLr },
    augment: augment === undefined ? undefined : augmentation(augment),
    classWeights: options.classWeights === undefined ? undefined : classWeights(options.classWeights),
  };
}

function cutOf({ cut, head }: FinetuneOptions): Cut | undefined {
  if (cut === undefined && head === undefined) return undefined;
  if (cut === undefined) throw new VggpuError('usage', '--head needs --cut LAYER: the layer that the head stands on.');
  if (head === undefined) throw new VggpuError('usage', `--cut ${cut} needs --head gap or --head fc.`);
  return { layer: cut, head };
}
