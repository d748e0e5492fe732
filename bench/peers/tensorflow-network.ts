// A network of the engine's description, built from TensorFlow.js' ops with the same weights.
import type * as TensorFlowModule from '@tensorflow/tfjs';
import type { LayerSpec, NetworkSpec } from '../../src/nn/specification.js';
import type { WeightArray } from '../../src/nn/weight-arrays.js';
import type { TensorFlow, TensorFlowTensor } from './tensorflow.js';

/** Kernel and bias of each layer that has weights, in the network's order. */
export type NetworkWeights = readonly (readonly [WeightArray, WeightArray])[];

export interface TensorFlowNetwork {
  /** Kernel and bias of each layer that has weights. */
  readonly variables: readonly (readonly [TensorFlowModule.Variable, TensorFlowModule.Variable])[];
  /** Logits of the last layer. Call it within a tidy: what is in between is not freed. */
  forward(x: TensorFlowTensor): TensorFlowTensor;
  dispose(): void;
}

/**
 * @param spec its layers without dropout, whose random masks differ
 * @param from first layer to build: the input is that of this layer
 */
export function tensorFlowNetwork(
  tf: TensorFlow,
  spec: NetworkSpec,
  weights: NetworkWeights,
  from = 0,
): TensorFlowNetwork {
  const layers = spec.layers.slice(from);
  const variables = weights.map(
    ([kernel, bias]) =>
      [
        tf.variable(tf.tensor(kernel.data, [...kernel.shape])),
        tf.variable(tf.tensor(bias.data, [...bias.shape])),
      ] as const,
  );
  return {
    variables,
    forward(x) {
      let next = 0;
      return layers.reduce((value, layer) => {
        const own = layer.kind === 'conv3x3' || layer.kind === 'dense' ? variables[next++] : undefined;
        return apply(tf, layer, value, own);
      }, x);
    },
    dispose() {
      for (const variable of variables.flat()) variable.dispose();
    },
  };
}

function apply(
  tf: TensorFlow,
  layer: LayerSpec,
  x: TensorFlowTensor,
  weights: readonly [TensorFlowTensor, TensorFlowTensor] | undefined,
): TensorFlowTensor {
  switch (layer.kind) {
    case 'conv3x3':
      return tf.fused.conv2d({
        x: x as TensorFlowModule.Tensor4D,
        filter: weights![0] as TensorFlowModule.Tensor4D,
        ...{ bias: weights![1], strides: 1, pad: layer.pad === 1 ? 'same' : 'valid', activation: layer.activation },
      });
    case 'dense':
      return tf.fused.matMul({
        ...{ a: x as TensorFlowModule.Tensor2D, b: weights![0] as TensorFlowModule.Tensor2D },
        ...{ bias: weights![1], activation: layer.activation },
      });
    case 'maxPool':
      return tf.maxPool(x as TensorFlowModule.Tensor4D, 2, 2, 'valid');
    case 'flatten':
      return x.reshape([x.shape[0]!, -1]);
    default:
      throw new Error(`The bench builds no ${layer.kind} of TensorFlow.js' ops.`);
  }
}
