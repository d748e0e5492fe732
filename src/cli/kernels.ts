// `vggpu kernels`: every op with its variants, what runs here for which shape, and why.
import type { Command } from 'commander';
import pc from 'picocolors';
import { VggpuError } from '../errors.js';
import { tuningSetting } from '../node/tuning-setting.js';
import { type ListedKernel, listKernels, whyChosen } from '../tune/listing.js';
import { needsOfNetwork } from '../tune/needs.js';
import { type TuningOptions, withTable, withTuning } from './tuning-options.js';

export function addKernels(program: Command): void {
  const command = program
    .command('kernels')
    .description("list the ops, their variants, and which one runs here for each of a network's shapes, and why")
    .argument('[op]', 'only ops whose name contains this, as conv3x3 or matmul/nn')
    .option('--json', 'print JSON: {adapter, table, kernels: [{name, variants, choices}]}')
    .action(showKernels);
  withTuning(command);
}

async function showKernels(op: string | undefined, options: TuningOptions): Promise<void> {
  await withTable(options, async ({ gpu, info }, network, { path, entries: found }) => {
    const used = tuningSetting() !== 'off';
    const needs = await needsOfNetwork(gpu, network, { batch: options.batch });
    const kernels = listKernels(gpu, needs, used ? found : {}, op);
    if (kernels.length === 0) {
      const names = listKernels(gpu, [], {}).map(({ name }) => name);
      throw new VggpuError('usage', `There is no op '${op}'. There are ${names.join(', ')}.`);
    }
    const { name, driver, kind } = info;
    if (options.json) {
      console.log(JSON.stringify({ adapter: { name, driver, kind }, table: path, kernels }, undefined, 2));
      return;
    }
    const count = Object.keys(found).length;
    const table =
      count === 0
        ? "Nothing was tuned here yet: the built-in order decides. 'vggpu tune' measures."
        : `${count} choices were tuned, in ${path}.`;
    console.log(used ? table : 'VGGPU_TUNE=0: the built-in order decides, whatever was tuned.');
    for (const kernel of kernels) console.log(kernelText(kernel, kind));
  });
}

function kernelText({ name, variants, choices }: ListedKernel, kind: 'cpu' | 'gpu'): string {
  const width = Math.max(...variants.map((variant) => variant.name.length));
  const lines = variants.map((variant) => `  ${variant.name.padEnd(width)}  ${variant.idea}`);
  const shapes = Math.max(0, ...choices.map(({ shape }) => shape.length));
  const chosen = Math.max(0, ...choices.map(({ variant }) => variant.length));
  const rows = choices.map((choice) => {
    const { shape, variant } = choice;
    return `  ${shape.padEnd(shapes)}  ${pc.bold(variant.padEnd(chosen))}  ${whyChosen(choice, kind)}`;
  });
  return ['', pc.bold(name), ...lines, ...(rows.length > 0 ? ['', ...rows] : [])].join('\n');
}
