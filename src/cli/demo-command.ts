// `vggpu demo`: the main job on drawings, offline.
import type { Command } from 'commander';
import type { Precision } from '../autograd/tensor.js';
import { precisionOption, seedNumber } from './options.js';

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('draw cats and dogs, finetune a small VGG16 on them, predict: the whole job in minutes, offline')
    .option('--adapter <name>', "gpu, lavapipe, swiftshader, or part of an adapter's name")
    .addOption(precisionOption())
    .option('--keep <folder>', 'keep the drawings and the model there')
    .option('--seed <number>', 'of the drawings and the training', seedNumber, 42)
    .action(async (options: { adapter?: string; precision: Precision; keep?: string; seed: number }) => {
      const { demo } = await import('./demo.js');
      await demo(options);
    });
}
