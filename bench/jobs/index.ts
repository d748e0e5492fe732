// Whole jobs: what people wait for.
import type { Gpu } from '../../src/kernels/gpu.js';
import { describeModel } from '../../src/vgg16/describe.js';
import type { Case } from '../case.js';
import { VGG_MINI } from '../project.js';
import { fc1Cases } from './dense-fc1.js';
import { type FinetuneOptions, finetuneCases } from './finetune-epoch.js';
import { forwardCases } from './forward.js';
import { withoutDropout } from './networks.js';
import { trainingCases } from './training-step.js';

export async function jobCases(gpu: Gpu, options: FinetuneOptions): Promise<Case[]> {
  const { spec } = await describeModel(VGG_MINI);
  return [
    ...forwardCases(),
    ...trainingCases(gpu, withoutDropout(spec)),
    ...fc1Cases(),
    ...finetuneCases(gpu.capabilities.kind, options),
  ];
}
