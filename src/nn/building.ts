// A model's network on the device: new layers get initial weights, layers that stay keep theirs.
import type { Gpu } from '../kernels/gpu.js';
import type { KerasLayer } from './keras-layers.js';
import type { Lowered } from './lowering.js';
import { createNetwork, freeNetwork, type Layer, type Network } from './network.js';
import { initialize } from './parameters.js';
import { describeLayers } from './specification.js';

/** A network with the Keras layers it was built from. */
export interface Built {
  readonly lowered: Lowered;
  readonly network: Network;
  /** The engine's layer that does a Keras layer's work. */
  readonly layers: ReadonlyMap<KerasLayer, Layer>;
}

/**
 * Builds a network of Keras' layers; weights belong to the layer that they were made for.
 * @param before what was built of these layers earlier: weights that are no longer needed are freed
 * @param seed of the initial weights
 */
export function build(
  gpu: Gpu,
  layers: readonly KerasLayer[],
  lowered: Lowered,
  { before, seed }: { readonly before: Built | undefined; readonly seed: number },
): Built {
  const { spec, layerOf } = lowered;
  const facts = describeLayers(spec);
  const keep: (Layer | undefined)[] = facts.map(() => undefined);
  for (const [i, layer] of layers.entries()) {
    const at = layerOf[i];
    const old = before?.layers.get(layer);
    if (at !== undefined && old?.parameters) keep[at] = { ...old, spec: spec.layers[at]!, facts: facts[at]! };
  }
  const network = createNetwork(gpu, spec, { keep });
  const own = new Map<KerasLayer, Layer>();
  for (const [i, layer] of layers.entries()) {
    const at = layerOf[i];
    if (at === undefined) continue;
    const built = network.layers[at]!;
    own.set(layer, built);
    if (keep[at] || !built.parameters) continue;
    const he = 'kernelInitializer' in layer && layer.kernelInitializer === 'he_normal';
    initialize(gpu, built.parameters, { method: he ? 'he' : 'glorot', seed, stream: at });
  }
  if (before) {
    const kept = new Set(keep.map((layer) => layer?.parameters));
    freeNetwork(
      before.network,
      before.network.layers.filter(({ parameters }) => kept.has(parameters)),
    );
  }
  return { lowered, network, layers: own };
}
