// The weights of a layer on the GPU. A dense kernel larger than one binding of the device lives in column panels.
import { createTensor, elementsOf, freeTensor, type Shape, type Tensor } from '../autograd/tensor.js';
import { castToHalf } from '../kernels/cast.js';
import type { Gpu } from '../kernels/gpu.js';
import { pieces } from '../kernels/grid.js';
import { randomNormal, randomUniform } from '../kernels/random.js';
import { run } from '../kernels/run.js';

/** Columns `first` to `first + width` of a dense kernel and its bias; a convolution has a single panel. */
export interface Panel {
  /** (3, 3, C, K), or (K, width) of a dense kernel. */
  readonly kernel: Tensor;
  /** (K), or (width). */
  readonly bias: Tensor;
  readonly first: number;
  readonly width: number;
}

export interface LayerParameters {
  readonly layer: string;
  /** The whole kernel's shape: (3, 3, in, out) or (in, out). */
  readonly kernelShape: Shape;
  readonly panels: readonly Panel[];
  /** The panels' kernels in float16, while they are needed. */
  halves: readonly Tensor[] | undefined;
}

/** Memory for a layer's weights, contents undefined, split so that each panel fits one binding of the device. */
export function createParameters(gpu: Gpu, layer: string, kernelShape: Shape): LayerParameters {
  const columns = kernelShape.at(-1)!;
  const rows = elementsOf(kernelShape) / columns;
  const largest = Math.max(4, Math.floor(gpu.capabilities.limits.maxStorageBufferBindingSize / 4 / rows));
  const count = kernelShape.length === 2 ? pieces(columns, Math.floor(largest / 4) * 4) : 1;
  const width = count === 1 ? columns : pieces(columns, count * 4) * 4; // multiples of 4 keep vec4 loads
  const panels: Panel[] = [];
  for (let first = 0; first < columns; first += width) {
    const own = Math.min(width, columns - first);
    panels.push({
      kernel: createTensor(gpu, [...kernelShape.slice(0, -1), own], `kernel of ${layer}`),
      bias: createTensor(gpu, [own], `bias of ${layer}`),
      first,
      width: own,
    });
  }
  return { layer, kernelShape, panels, halves: undefined };
}

/** All tensors of a layer's weights. */
export function tensorsOf({ panels }: LayerParameters): Tensor[] {
  return panels.flatMap(({ kernel, bias }) => [kernel, bias]);
}

export function freeParameters(gpu: Gpu, parameters: LayerParameters): void {
  dropHalves(gpu, parameters);
  for (const tensor of tensorsOf(parameters)) freeTensor(gpu, tensor);
}

/** A frozen layer's kernels in float16, a tensor a panel; made once. What does not fit a half becomes NaN. */
export function halfKernels(gpu: Gpu, parameters: LayerParameters): readonly Tensor[] {
  parameters.halves ??= parameters.panels.map(({ kernel }) => {
    const half = createTensor(gpu, kernel.shape, `float16 kernel of ${parameters.layer}`, 'f16');
    run(gpu, castToHalf, { count: elementsOf(kernel.shape) }, { x: kernel, y: half });
    return half;
  });
  return parameters.halves;
}

/** Forgets the kernels in float16: to be called where weights change. */
export function dropHalves(gpu: Gpu, parameters: LayerParameters): void {
  for (const half of parameters.halves ?? []) freeTensor(gpu, half);
  parameters.halves = undefined;
}

/** Sets the biases of a layer. @param values (K) */
export function writeBias(gpu: Gpu, { panels }: LayerParameters, values: Float32Array): void {
  for (const { bias, first, width } of panels) gpu.write(bias, values.subarray(first, first + width));
}

/** @returns (K) */
export async function readBias(gpu: Gpu, { kernelShape, panels }: LayerParameters): Promise<Float32Array<ArrayBuffer>> {
  const values = new Float32Array(kernelShape.at(-1)!);
  for (const { bias, first, width } of panels) values.set(new Float32Array(await gpu.read(bias, 0, width * 4)), first);
  return values;
}

/** A random stream for a layer's weights: the same seed and stream give the same values. */
export interface Initialization {
  /**
   * 'glorot': uniform, Keras' default for dense layers; 'he': normal, for ReLU networks trained from scratch; 'zero': for a
   * single dense layer on standardised inputs, where the loss is convex and random weights only have to be unlearnt.
   */
  readonly method: 'glorot' | 'he' | 'zero';
  readonly seed: number;
  readonly stream: number;
}

/** Fills a layer's kernel as asked and its bias with zeros (Glorot and Bengio 2010; He et al. 2015). */
export function initialize(gpu: Gpu, parameters: LayerParameters, { method, seed, stream }: Initialization): void {
  dropHalves(gpu, parameters);
  const { kernelShape, panels } = parameters;
  const receptive = kernelShape.length === 4 ? 9 : 1;
  const [fanIn, fanOut] = [kernelShape.at(-2)! * receptive, kernelShape.at(-1)! * receptive];
  for (const [i, { kernel, bias }] of panels.entries()) {
    const dims = { count: elementsOf(kernel.shape), seed, stream: stream * 64 + i };
    if (method === 'zero') gpu.clear(kernel);
    else if (method === 'he')
      run(gpu, randomNormal, { ...dims, mean: 0, deviation: Math.sqrt(2 / fanIn) }, { y: kernel });
    else {
      const limit = Math.sqrt(6 / (fanIn + fanOut));
      run(gpu, randomUniform, { ...dims, low: -limit, high: limit }, { y: kernel });
    }
    gpu.clear(bias);
  }
}
