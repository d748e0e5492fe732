// Options that several commands share, and their checks.
import { type Command, Option } from 'commander';
import type { Kernels } from '../data/keras/weights-file.js';
import { VggpuError } from '../errors.js';
import type { Preprocessing } from '../nn/specification.js';

/** Options of every command that loads weights. */
export interface WeightsOptions {
  readonly weights: string;
  readonly adapter?: string;
  readonly kernels?: Kernels;
  readonly resize?: Preprocessing['resize'];
  readonly exif: boolean;
}

/** Adds `--weights` and what goes with it. */
export function withWeights(command: Command): Command {
  return withLayout(command)
    .option('--adapter <name>', "gpu, lavapipe, swiftshader, or part of an adapter's name (default: the best there is)")
    .addOption(new Option('--resize <how>', 'how pictures are resized').choices(['nearest', 'bilinear', 'area']))
    .option('--no-exif', 'leave pictures as stored, whatever orientation their camera noted');
}

/** Adds `--weights` and how its kernels are turned. */
export function withLayout(command: Command): Command {
  return command
    .requiredOption(
      '--weights <file>',
      'Keras weights of VGG16 (.h5, .weights.h5, .keras), a finetuned file, or vgg16, vgg16-notop (see vggpu fetch)',
    )
    .addOption(new Option('--kernels <how>', '(out, in, 3, 3) kernels in the file').choices(['rotated', 'plain']));
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
