// A copy on the device of what training changes, to go back to.
import { createTensor, freeTensor, type Tensor } from '../../autograd/tensor.js';
import { type Network, trainableTensors } from '../../nn/network.js';

export interface Snapshot {
  /** The copies, one for each trainable tensor in order. */
  readonly tensors: readonly Tensor[];
  /** Copies the weights as they are now. */
  take(): void;
  /** Puts the copied weights back. */
  restore(): void;
  free(): void;
}

/** Takes a copy of a network's trainable weights; `purpose` names it where memory runs out. */
export function takeSnapshot(network: Network, purpose: string): Snapshot {
  const { gpu } = network;
  const parameters = trainableTensors(network);
  const tensors: Tensor[] = parameters.map(({ shape }) => createTensor(gpu, shape, purpose));
  const copyAll = (from: readonly Tensor[], to: readonly Tensor[]) => {
    for (const [i, tensor] of from.entries()) gpu.copy(tensor, 0, to[i]!, 0, tensor.bytes);
  };
  copyAll(parameters, tensors);
  return {
    tensors,
    take: () => copyAll(parameters, tensors),
    restore: () => copyAll(tensors, parameters),
    free: () => {
      for (const copy of tensors) freeTensor(gpu, copy);
    },
  };
}
