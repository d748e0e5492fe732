// The tape: remembers what was computed from what, and walks it in reverse. It owns the activations and frees them.
import { VggpuError } from '../errors.js';
import { accumulate } from '../kernels/accumulate.js';
import type { Gpu } from '../kernels/gpu.js';
import { reluBackward } from '../kernels/relu.js';
import { run } from '../kernels/run.js';
import {
  createTensor,
  elementsOf,
  freeGradient,
  freeTensor,
  type Precision,
  type Shape,
  type Tensor,
} from './tensor.js';

interface Step {
  readonly output: Tensor;
  readonly saved: readonly Tensor[];
  readonly backward: (dy: Tensor) => void;
}

export interface Tape {
  readonly gpu: Gpu;
  /** A new activation that this tape owns, contents undefined. */
  make(shape: Shape, purpose: string, dtype?: Precision): Tensor;
  /**
   * Remembers one op, if any of its inputs needs a gradient; otherwise nothing is kept.
   * @param saved tensors that `backward` reads: they live until it has run
   * @param backward given dy, the gradient of `output`, calls `addGradient` for its inputs
   */
  record(inputs: readonly Tensor[], output: Tensor, saved: readonly Tensor[], backward: (dy: Tensor) => void): void;
  /** Whether `record` would keep an op of these inputs; otherwise it may be done in a way that backward could not use. */
  records(inputs: readonly Tensor[]): boolean;
  /**
   * Within a backward: computes a gradient of `input` with `fill` and adds it to what is there. Skips who needs none.
   * @param options masks: whether `fill` sees to it that the gradient is 0 where a fused ReLU made 0 of `input`; otherwise, where `input`
   * is `rectified`, that takes a pass of its own, once
   */
  addGradient(input: Tensor, fill: (dx: Tensor) => void, options?: { readonly masks: boolean }): void;
  /** Frees an activation that the caller needs no longer, unless a recorded op will. */
  release(tensor: Tensor): void;
  /** Walks the tape from a loss of one element back to the deepest tensor that needs a gradient, freeing as it goes. */
  backward(loss: Tensor): void;
  /** Frees all that the tape still owns. Parameters keep their gradients. */
  dispose(): void;
}

export interface TapeOptions {
  /** False for inference: nothing is remembered. Default true. */
  readonly record?: boolean;
}

/** A tape for one pass: it owns the tensors that ops make, and gives their memory back when it is disposed of. */
export function createTape(gpu: Gpu, { record: recording = true }: TapeOptions = {}): Tape {
  const steps: Step[] = [];
  const owned = new Set<Tensor>();
  const saves = new Map<Tensor, number>(); // tensor -> recorded steps that will read it
  const unmasked = new Set<Tensor>(); // rectified, with a gradient that is not 0 yet where they are 0

  function make(shape: Shape, purpose: string, dtype?: Precision): Tensor {
    const tensor = createTensor(gpu, shape, purpose, dtype);
    owned.add(tensor);
    return tensor;
  }

  function records(inputs: readonly Tensor[]): boolean {
    return recording && inputs.some((input) => input.requiresGrad);
  }

  function free(tensor: Tensor): void {
    if (owned.delete(tensor)) freeTensor(gpu, tensor);
  }

  /** Makes the gradient of what a fused ReLU made that of what it took. */
  function applyMask(y: Tensor, dy: Tensor): Tensor {
    const dx = createTensor(gpu, y.shape, 'gradient before a ReLU');
    y.grad = dx;
    try {
      run(gpu, reluBackward, { count: elementsOf(y.shape) }, { y, dy, dx });
    } finally {
      freeTensor(gpu, dy);
    }
    return dx;
  }

  function addGradient(input: Tensor, fill: (dx: Tensor) => void, { masks } = { masks: false }): void {
    if (!input.requiresGrad) return;
    const dx = createTensor(gpu, input.shape, 'gradient');
    try {
      fill(dx);
      if (input.rectified && !masks) unmasked.add(input);
      if (input.grad) run(gpu, accumulate, { count: elementsOf(dx.shape) }, { x: dx, y: input.grad });
    } finally {
      if (input.grad) freeTensor(gpu, dx);
      else input.grad = dx;
    }
  }

  function backward(loss: Tensor): void {
    if (!loss.requiresGrad) {
      throw new VggpuError('training', 'Nothing to train: the loss was computed from frozen parameters only.');
    }
    addGradient(loss, (dy) => gpu.write(dy, new Float32Array(elementsOf(loss.shape)).fill(1)));
    for (let step = steps.pop(); step; step = steps.pop()) {
      const { output, saved } = step;
      if (output.grad) step.backward(unmasked.delete(output) ? applyMask(output, output.grad) : output.grad);
      for (const tensor of saved) saves.set(tensor, saves.get(tensor)! - 1);
      // Everything that used this output came later on the tape and is done.
      if (output === loss) freeGradient(gpu, output);
      else free(output);
    }
  }

  return {
    gpu,
    make,
    backward,
    records,
    record(inputs, output, saved, step) {
      if (!records(inputs)) return;
      output.requiresGrad = true;
      for (const tensor of saved) saves.set(tensor, (saves.get(tensor) ?? 0) + 1);
      steps.push({ output, saved, backward: step });
    },
    addGradient,
    release(tensor) {
      if (!saves.get(tensor) && !tensor.requiresGrad) free(tensor);
    },
    dispose() {
      steps.length = 0;
      for (const tensor of owned) free(tensor);
    },
  };
}
