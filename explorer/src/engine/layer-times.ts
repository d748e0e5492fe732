// How long each layer takes by itself, on what the layer before it made.
import { createTape, forward, type Network, type Tensor } from '../../../src/engine.js';
import { timeRuns } from './timing.js';

/**
 * @param inputs of each layer
 * @param onLayer told of the times so far, and of the layer that is measured next
 * @returns milliseconds; undefined for layers that run no kernel
 */
export async function timeLayers(
  network: Network,
  inputs: readonly Tensor[],
  onLayer: (times: readonly (number | undefined)[], next: string) => void = () => {},
): Promise<(number | undefined)[]> {
  const { gpu, layers } = network;
  const times: (number | undefined)[] = [];
  for (const [i, { spec }] of layers.entries()) {
    onLayer(times, spec.name);
    if (spec.kind === 'flatten' || spec.kind === 'dropout') {
      times.push(undefined);
      continue;
    }
    const { milliseconds } = await timeRuns(gpu, () => {
      const tape = createTape(gpu, { record: false });
      forward(tape, network, inputs[i]!, { from: i, to: i + 1 });
      tape.dispose();
    });
    times.push(milliseconds);
  }
  return times;
}
