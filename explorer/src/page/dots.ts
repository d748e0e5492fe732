// What stands under the roof: the variants measured for the chosen layer, and every layer's forward pass.

import { elementsOf } from '../../../src/autograd/tensor.js';
import type { LayerFacts } from '../../../src/engine.js';
import { cost } from '../../../src/engine.js';
import type { Dot } from './roofline.js';
import type { Trials } from './trials.js';

/**
 * @param times milliseconds of each layer, where measured
 * @param chosen the layer that is shown
 * @param shown the kernel of it that is shown
 */
export function dotsOf(
  layers: readonly LayerFacts[],
  times: readonly (number | undefined)[],
  trials: Trials,
  chosen: number,
  shown: string | undefined,
): Dot[] {
  const measured = trials
    .all()
    .filter(({ layer, tried }) => layer === chosen && tried.kernel.name === shown)
    .map(
      ({ tried, variant, trial }): Dot => ({
        ...cost(tried.kernel, tried.dims),
        label: variant,
        milliseconds: trial.milliseconds,
        kind: variant === tried.variant ? 'running' : 'variant',
      }),
    );
  const others = layers.flatMap(({ layer, input, output, parameters, multiplyAdds }, i): Dot[] => {
    const milliseconds = times[i];
    if (milliseconds === undefined || multiplyAdds === 0) return [];
    const bytes = 4 * (elementsOf(input) + elementsOf(output) + parameters);
    const kind = i === chosen && measured.length === 0 ? 'running' : 'other';
    return [{ label: layer.name, flops: 2 * multiplyAdds, bytes, milliseconds, kind }];
  });
  return [...others, ...measured];
}
