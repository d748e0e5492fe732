// A layer's weights as whole arrays, however many panels hold them on the device.
import { elementsOf, readTensor, type Shape } from '../autograd/tensor.js';
import { VggpuError } from '../errors.js';
import type { Gpu } from '../kernels/gpu.js';
import { dropHalves, type LayerParameters, readBias, writeBias } from './parameters.js';

/** A kernel, (3, 3, in, out) or (in, out), or a bias, (out). */
export interface WeightArray {
  readonly shape: Shape;
  readonly data: Float32Array<ArrayBuffer>;
}

/** A layer's kernel and bias. */
export async function readWeights(gpu: Gpu, parameters: LayerParameters): Promise<[WeightArray, WeightArray]> {
  const { kernelShape, panels } = parameters;
  const columns = kernelShape.at(-1)!;
  const kernel = new Float32Array(elementsOf(kernelShape));
  for (const panel of panels) {
    const own = await readTensor(gpu, panel.kernel);
    for (let row = 0; row * columns < kernel.length; row++) {
      kernel.set(own.subarray(row * panel.width, (row + 1) * panel.width), row * columns + panel.first);
    }
  }
  const bias = await readBias(gpu, parameters);
  return [
    { shape: kernelShape, data: kernel },
    { shape: [columns], data: bias },
  ];
}

/** @throws VggpuError 'shape' where an array is not of its weight's shape */
export function checkWeights({ layer, kernelShape }: LayerParameters, kernel: WeightArray, bias: WeightArray): void {
  expectArray(`The kernel of ${layer}`, kernel, kernelShape);
  expectArray(`The bias of ${layer}`, bias, kernelShape.slice(-1));
}

/** @throws VggpuError 'shape' as `checkWeights` does; nothing has been written then */
export function writeWeights(gpu: Gpu, parameters: LayerParameters, kernel: WeightArray, bias: WeightArray): void {
  checkWeights(parameters, kernel, bias);
  dropHalves(gpu, parameters);
  const { kernelShape, panels } = parameters;
  const columns = kernelShape.at(-1)!;
  for (const panel of panels) {
    const { first, width } = panel;
    const rows = kernel.data.length / columns;
    const own = width === columns ? kernel.data : new Float32Array(rows * width);
    for (let row = 0; own !== kernel.data && row < rows; row++) {
      own.set(kernel.data.subarray(row * columns + first, row * columns + first + width), row * width);
    }
    gpu.write(panel.kernel, own);
  }
  writeBias(gpu, parameters, bias.data);
}

function expectArray(what: string, { shape, data }: WeightArray, expected: Shape): void {
  if (shape.join() === expected.join() && data.length === elementsOf(expected)) return;
  const found = `(${shape.join(', ')}) with ${data.length} values`;
  throw new VggpuError('shape', `${what} has the shape (${expected.join(', ')}); found ${found}.`);
}
