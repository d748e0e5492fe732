// The networks of the whole jobs: full VGG16 with random weights, and vgg-mini as it is published; and what their layers cost.
import { elementsOf } from '../../src/autograd/tensor.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { createNetwork, freeNetwork, type Network } from '../../src/nn/network.js';
import { initialize } from '../../src/nn/parameters.js';
import { describeLayers, type NetworkSpec } from '../../src/nn/specification.js';
import { VGG16, vgg16 } from '../../src/nn/vgg16.js';
import { readWeights } from '../../src/nn/weight-arrays.js';
import { loadModel } from '../../src/vgg16/load.js';
import type { Context } from '../case.js';
import type { NetworkWeights } from '../peers/tensorflow-network.js';
import { VGG_MINI } from '../project.js';

/** Without dropout: the same masks cannot be had elsewhere, and they cost little. */
export function withoutDropout(spec: NetworkSpec): NetworkSpec {
  return { ...spec, layers: spec.layers.filter(({ kind }) => kind !== 'dropout') };
}

export const VGG16_SPEC = withoutDropout(vgg16(VGG16));

/** Full-size VGG16 with He's random weights, shared by the jobs that do not change them. */
export function sharedVgg16({ gpu, shared }: Context): Promise<Network> {
  return shared.get('vgg16', async () => randomNetwork(gpu, VGG16_SPEC), freeNetwork);
}

/** Its weights as arrays, for the peers: 553 MB. */
export function sharedVgg16Weights(context: Context): Promise<NetworkWeights> {
  const { gpu, shared } = context;
  return shared.get(
    'vgg16 weights',
    async () => weightsOf(gpu, await sharedVgg16(context)),
    () => {},
  );
}

/** A network with He's random weights. */
export function randomNetwork(gpu: Gpu, spec: NetworkSpec, keep: Network['layers'] = []): Network {
  const network = createNetwork(gpu, spec, { keep });
  network.layers.forEach(({ parameters }, i) => {
    if (parameters && !keep[i]) initialize(gpu, parameters, { method: 'he', seed: 1, stream: i });
  });
  return network;
}

/** The network that comes with the project. */
export async function vggMini(gpu: Gpu): Promise<Network> {
  const { network } = await loadModel(gpu, VGG_MINI);
  const keep = network.layers.filter(({ spec }) => spec.kind !== 'dropout');
  return createNetwork(gpu, withoutDropout(network.spec), { keep });
}

/** Kernels and biases of the layers from `from` on. */
export async function weightsOf(gpu: Gpu, { layers }: Network, from = 0): Promise<NetworkWeights> {
  const weights: Awaited<ReturnType<typeof readWeights>>[] = [];
  for (const { parameters } of layers.slice(from)) if (parameters) weights.push(await readWeights(gpu, parameters));
  return weights;
}

/** Floating-point operations of the formulas, and bytes if every operand moves once. */
interface Cost {
  readonly flops: number;
  readonly bytes: number;
}

/** A forward pass of the layers from `from` on, for N pictures. */
export function forwardCost(spec: NetworkSpec, N: number, from = 0): Cost {
  let [flops, bytes] = [0, 0];
  for (const { input, output, parameters, multiplyAdds, layer } of describeLayers(spec).slice(from)) {
    if (layer.kind === 'flatten') continue; // moves nothing
    flops += 2 * N * multiplyAdds;
    bytes += 4 * (parameters + N * (elementsOf(input) + elementsOf(output)));
  }
  return { flops, bytes };
}

/** Forward, the gradients for the weights of the layers from `trained` on and for their inputs but the first's, and Adam. */
export function trainingCost(spec: NetworkSpec, N: number, from: number, trained: number): Cost {
  const forward = forwardCost(spec, N, from);
  const backward = forwardCost(spec, N, trained);
  const first = describeLayers(spec)[trained]!;
  const weights = describeLayers(spec)
    .slice(trained)
    .reduce((sum, { parameters }) => sum + parameters, 0);
  return {
    flops: forward.flops + 2 * backward.flops - 2 * N * first.multiplyAdds,
    bytes: forward.bytes + 2 * backward.bytes + 4 * 7 * weights, // Adam reads g, p, m, v and writes p, m, v
  };
}
