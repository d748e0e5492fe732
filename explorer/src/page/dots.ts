// What stands under the roof: the variants measured for the chosen layer, and every layer's forward pass.

import { elementsOf } from '../../../src/autograd/tensor.js';
import type { LayerFacts } from '../../../src/engine.js';
import { cost } from '../../../src/engine.js';
import type { Dot } from './roofline.js';
import type { Trials } from './trials.js';

/** @param times milliseconds of each layer, where measured */
export function dotsOf(
  layers: readonly LayerFacts[],
  times: readonly (number | undefined)[],
  trials: Trials,
  chosen: number,
): Dot[] {
  const measured = trials
    .all()
    .filter(({ layer }) => layer === chosen)
    .map(({ tried, variant, trial }): Dot => {
      const direction = tried.direction === 'forward' ? '' : ` (${tried.kernel.name.split('/').at(-1)})`;
      return {
        ...cost(tried.kernel, tried.dims),
        label: `${variant}${direction}`,
        milliseconds: trial.milliseconds,
        kind: variant === tried.variant ? 'running' : 'variant',
      };
    });
  const others = layers.flatMap(({ layer, input, output, parameters, multiplyAdds }, i): Dot[] => {
    const milliseconds = times[i];
    if (milliseconds === undefined || multiplyAdds === 0) return [];
    const bytes = 4 * (elementsOf(input) + elementsOf(output) + parameters);
    const kind = i === chosen && measured.length === 0 ? 'running' : 'other';
    return [{ label: layer.name, flops: 2 * multiplyAdds, bytes, milliseconds, kind }];
  });
  return [...others, ...measured];
}
