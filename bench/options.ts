// The bench's command line.
import { parseArgs } from 'node:util';
import { VggpuError } from '../src/errors.js';

export const USAGE = `npm run bench -- [options]

Times every variant of every kernel, and whole jobs, beside TensorFlow.js' WebGPU backend on the same GPU device in the same process.

  --filter TEXT     only cases whose name contains TEXT; given several times, all of them
  --targets         only the cases that the project has promised figures for; prints each with pass or FAIL
  --list            prints the cases' names, most important first, and runs none
  --json FILE       writes the report, after each case
  --adapter NAME    gpu, lavapipe, swiftshader, or part of an adapter's name (default: the best there is)
  --time SECONDS    starts no further case after this time; the most important ones run first
  --rounds N        samples of each entrant (default 5)
  --patience SECONDS  a peer that would take longer for one run is left out (default 120, with --targets 600)
  --alone           leaves all peers out
  --photos DIR      a folder of pictures, one folder a class, for the finetune job (default: drawings)
  --weights FILE    weights for the finetune job (default: vgg-mini on a CPU, random VGG16 on a GPU)
`;

export interface BenchOptions {
  readonly filter: readonly string[];
  readonly targets: boolean;
  readonly list: boolean;
  readonly json?: string | undefined;
  readonly adapter?: string | undefined;
  /** Seconds. */
  readonly time: number;
  readonly rounds: number;
  /** Seconds. */
  readonly patience: number;
  readonly alone: boolean;
  readonly photos?: string | undefined;
  readonly weights?: string | undefined;
}

/** @throws VggpuError 'usage' */
export function readOptions(parameters: readonly string[]): BenchOptions & { readonly help: boolean } {
  const values = parse(parameters);
  const { json, adapter, photos, weights } = values;
  return {
    ...{ filter: values.filter, targets: values.targets, list: values.list, alone: values.alone, help: values.help },
    ...{ json, adapter, photos, weights },
    time: numberOf('--time', values.time, Number.POSITIVE_INFINITY),
    rounds: numberOf('--rounds', values.rounds, 5),
    patience: numberOf('--patience', values.patience, values.targets ? 600 : 120),
  };
}

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      options: {
        filter: { type: 'string', multiple: true, default: [] },
        targets: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        json: { type: 'string' },
        adapter: { type: 'string' },
        time: { type: 'string' },
        rounds: { type: 'string' },
        patience: { type: 'string' },
        alone: { type: 'boolean', default: false },
        photos: { type: 'string' },
        weights: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new VggpuError('usage', `${(error as Error).message}\n\n${USAGE}`);
  }
}

function numberOf(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new VggpuError('usage', `${name} must be a number above 0, not '${text}'.`);
}
