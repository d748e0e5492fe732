// Options that several commands share, and their checks.
import { type Command, Option } from 'commander';
import type { Precision } from '../autograd/tensor.js';
import type { Kernels } from '../data/keras/weights-file.js';
import { VggpuError } from '../errors.js';
import { PREPROCESSINGS } from '../nn/keras-layers.js';
import type { Preprocessing } from '../nn/specification.js';
import type { DescribeOptions } from '../vgg16/describe.js';

/** Options of every command that loads weights. */
export interface WeightsOptions {
  /** With --model, that file. */
  readonly weights: string;
  /** A whole model, whose architecture counts. */
  readonly model?: string;
  readonly architecture?: string;
  readonly preprocess?: keyof typeof PREPROCESSINGS;
  readonly rescale?: number;
  readonly classes?: readonly string[];
  readonly adapter?: string;
  readonly precision: Precision;
  readonly kernels?: Kernels;
  readonly resize?: Preprocessing['resize'];
  readonly exif: boolean;
}

/** Adds `--weights` and what goes with it. */
export function withWeights(command: Command): Command {
  return withLayout(command)
    .option('--adapter <name>', "gpu, lavapipe, swiftshader, or part of an adapter's name (default: the best there is)")
    .addOption(precisionOption())
    .addOption(new Option('--resize <how>', 'how pictures are resized').choices(['nearest', 'bilinear', 'area']))
    .option('--no-exif', 'leave pictures as stored, whatever orientation their camera noted');
}

/** `--precision`. */
export function precisionOption(): Option {
  return new Option('--precision <type>', 'of the layers that are not trained; f16 needs an adapter with float16')
    .choices(['f32', 'f16'])
    .default('f32');
}

/** Adds `--weights` and how its kernels are turned. */
export function withLayout(command: Command): Command {
  return command
    .option(
      '--weights <file>',
      'Keras weights of VGG16 (.h5, .weights.h5, .keras), a finetuned file, or vgg16, vgg16-notop (see vggpu fetch)',
    )
    .addOption(new Option('--kernels <how>', '(out, in, 3, 3) kernels in the file').choices(['rotated', 'plain']))
    .hook('preAction', (_, action) => {
      const { weights, model } = action.opts<Partial<WeightsOptions>>();
      if (weights !== undefined && model !== undefined) {
        throw new VggpuError('usage', '--weights and --model exclude each other: a whole model has its weights in it.');
      }
      if (weights !== undefined) return;
      const whole = action.options.some(({ long }) => long === '--model') ? ' (or --model <file>)' : '';
      if (model === undefined) action.error(`error: required option '--weights <file>'${whole} not specified`);
      action.setOptionValue('weights', model);
    });
}

/** Adds `--model` and what states what a Keras file does not carry. */
export function withModelFile(command: Command): Command {
  const names = Object.keys(PREPROCESSINGS);
  return command
    .option(
      '--model <file>',
      'a whole Keras model (.h5, .keras) of 3x3 convolutions, pools and dense layers, instead of --weights',
    )
    .option('--architecture <file>', "with --weights, their architecture: what Keras' model.to_json() gives")
    .addOption(new Option('--preprocess <how>', "what turns bytes into such a model's input").choices(names))
    .option('--rescale <factor>', 'the same, where it is a factor: 1/255', factor)
    .option('--classes <names>', "such a model's classes in the order of its outputs: cat,dog", (text) =>
      text.split(','),
    );
}

/** What the options say of the network in the file. @throws VggpuError 'usage' */
export function describeOptionsOf(options: Omit<WeightsOptions, 'exif' | 'adapter' | 'precision'>): DescribeOptions {
  const { model, architecture, preprocess, rescale, classes, kernels, resize } = options;
  if (preprocess !== undefined && rescale !== undefined) {
    throw new VggpuError('usage', '--preprocess and --rescale exclude each other: state one.');
  }
  if (model !== undefined && architecture !== undefined) {
    throw new VggpuError('usage', '--architecture goes with --weights: a whole model (--model) has its own.');
  }
  const preprocessing =
    rescale === undefined
      ? preprocess && PREPROCESSINGS[preprocess]
      : { scale: rescale, mean: [0, 0, 0] as const, reverse: false };
  return { whole: model !== undefined, architecture, preprocessing, classes, kernels, resize };
}

/** Parses `1/255` or `0.0039`. @throws VggpuError 'usage' */
function factor(text: string): number {
  const [above, below = '1', ...more] = text.split('/');
  const value = Number(above) / Number(below);
  if (more.length === 0 && above!.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new VggpuError('usage', `--rescale must be a factor above 0, such as 1/255, not '${text}'.`);
}

/** Parses a whole number of at least `least`. @throws VggpuError 'usage' */
export function wholeNumber(name: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new VggpuError('usage', `${name} must be a whole number from ${least}, not '${text}'.`);
  };
}

/** Parses a number above 0. @throws VggpuError 'usage' */
export function positiveNumber(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isFinite(value) && value > 0) return value;
    throw new VggpuError('usage', `${name} must be a number above 0, not '${text}'.`);
  };
}

/** Parses a number from 0 to below 1. @throws VggpuError 'usage' */
export function fraction(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= 0 && value < 1) return value;
    throw new VggpuError('usage', `${name} must be a number from 0 to below 1, not '${text}'.`);
  };
}

/** Parses a seed: 0 to 4294967295, as dropout's generator takes it. @throws VggpuError 'usage' */
export function seedNumber(text: string): number {
  const value = wholeNumber('--seed', 0)(text);
  if (value < 2 ** 32) return value;
  throw new VggpuError('usage', `--seed must be below 4294967296, not '${text}'.`);
}
