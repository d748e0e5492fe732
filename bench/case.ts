// What a benchmark case is: an op at some dims, the same op in TensorFlow.js, and single outputs in float64 to judge both by.
import type * as TensorFlow from '@tensorflow/tfjs';
import type { Kernel } from '../src/kernels/kernel.js';

export type { TensorFlow };

/** The contents of the bindings that an op reads. */
export type Inputs = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

export interface Case {
  /** Op and shape, as `--filter` finds it: 'conv3x3/forward conv3_2'. */
  readonly name: string;
  readonly kernel: Kernel;
  readonly dims: Readonly<Record<string, number>>;
  /** The binding that is compared. */
  readonly output: string;
  /** Variants left out of this case, because they take minutes here and tell nothing. */
  readonly skip?: readonly string[];
  /** The most by which two correct results differ, relative to the RMS of the output. */
  readonly tolerance: number;
  /** Element `i` of the output, computed in float64. */
  readonly spot: (inputs: Inputs, i: number) => number;
  /** Uploads the inputs and gives the op on them, to be called again and again. Absent where TensorFlow.js has no such op. */
  readonly tensorflow?: (tf: typeof TensorFlow, inputs: Inputs) => () => TensorFlow.Tensor;
}
