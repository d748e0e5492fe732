// A whole network's loss and gradients on the CPU in float64, one picture at a time: what scripts/full-step.ts checks by.
import type { Shape } from '../src/autograd/tensor.js';
import type { LayerFacts } from '../src/nn/specification.js';
import { maxPoolBackward, maxPoolForward } from '../test/reference/max-pool.js';
import { keeps } from '../test/reference/random.js';

/** A layer with its weights, as they lie on the device. */
export interface ReferenceLayer {
  readonly facts: LayerFacts;
  readonly kernel?: Float32Array | undefined;
  readonly bias?: Float32Array | undefined;
}

/** What went into a layer, and the gradient of what came out of it, before its ReLU. */
export interface LayerGradient {
  readonly x: Float64Array;
  readonly dz: Float64Array;
}

export interface PictureKey {
  readonly seed: number;
  readonly step: number;
  /** Place of the picture in its batch. */
  readonly row: number;
}

/**
 * Loss of one picture in nats, and for each layer its input and gradient. Convolutions are padded by 1.
 *
 * A network of ReLUs and max-pools is linear between the places where one of them turns; beside such a place float32 and
 * float64 stand on different pieces, whose gradients differ by more than rounding. So the gradient is that of the piece
 * which the device was on; `turned` counts the ReLUs that stand otherwise here.
 * @param device each layer's output for this picture as the device has it
 */
export function pictureGradients(
  layers: readonly ReferenceLayer[],
  picture: Float64Array,
  label: number,
  key: PictureKey,
  device: readonly Float32Array[],
): { loss: number; gradients: LayerGradient[]; turned: number } {
  const values: Float64Array[] = [picture];
  for (const [i, layer] of layers.entries()) values.push(forwardOf(layer, i, values[i]!, key));
  const logits = values.at(-1)!;
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, value) => total + Math.exp(value - largest), 0);
  let dy: Float64Array = logits.map((value, k) => Math.exp(value - largest) / sum - (k === label ? 1 : 0));
  const gradients: LayerGradient[] = [];
  let turned = 0;
  for (let i = layers.length - 1; i >= 0; i--) {
    const { layer } = layers[i]!.facts;
    const [y, decided] = [values[i + 1]!, device[i]!];
    const relu = 'activation' in layer && layer.activation === 'relu';
    if (relu) turned += y.reduce((count, v, k) => count + Number(v > 0 !== decided[k]! > 0), 0);
    const dz = relu ? dy.map((v, k) => (decided[k]! > 0 ? v : 0)) : dy;
    gradients[i] = { x: values[i]!, dz };
    if (i > 0) dy = inputGradientOf(layers[i]!, i, Float64Array.from(device[i - 1]!), dz, key);
  }
  return { loss: Math.log(sum) + largest - logits[label]!, gradients, turned };
}

function forwardOf({ facts, kernel, bias }: ReferenceLayer, index: number, x: Float64Array, key: PictureKey) {
  const { layer, input, output } = facts;
  switch (layer.kind) {
    case 'conv3x3': {
      const y = convolve(x, input, kernel!, layer.filters);
      return y.map((value, i) => activated(layer.activation, value + bias![i % layer.filters]!));
    }
    case 'dense': {
      const y = new Float64Array(layer.units);
      for (const [k, factor] of x.entries()) addScaled(y, 0, kernel!, k * layer.units, layer.units, factor);
      return y.map((value, i) => activated(layer.activation, value + bias![i]!));
    }
    case 'maxPool':
      return maxPoolForward(poolDims(input), x);
    case 'flatten':
      return x;
    case 'dropout':
      return masked(x, layer.rate, index, output, key);
    default:
      throw new Error(`${layer.name} is no layer of VGG16`);
  }
}

function inputGradientOf(
  { facts, kernel }: ReferenceLayer,
  index: number,
  x: Float64Array,
  dz: Float64Array,
  key: PictureKey,
): Float64Array {
  const { layer, input, output } = facts;
  switch (layer.kind) {
    case 'conv3x3':
      return convolve(dz, output, rotated(kernel!, input[2]!, layer.filters), input[2]!);
    case 'dense':
      return x.map((_, k) => {
        let sum = 0;
        for (let n = 0; n < layer.units; n++) sum += dz[n]! * kernel![k * layer.units + n]!;
        return sum;
      });
    case 'maxPool':
      return maxPoolBackward(poolDims(input), x, dz);
    case 'dropout':
      return masked(dz, layer.rate, index, input, key);
    default:
      return dz;
  }
}

/** y[h,w,k] = sum over r,s,c of x[h+r-1,w+s-1,c] w[r,s,c,k]: (H, W, C) to (H, W, K). Zeros of x cost nothing. */
export function convolve(x: Float64Array, [H = 0, W = 0, C = 0]: Shape, w: Float32Array, K: number): Float64Array {
  const y = new Float64Array(H * W * K);
  for (let h = 0; h < H; h++) {
    for (let v = 0; v < W; v++) {
      for (let c = 0; c < C; c++) {
        const factor = x[(h * W + v) * C + c]!;
        if (factor === 0) continue;
        for (let r = 0; r < 3; r++) {
          for (let s = 0; s < 3; s++) {
            const [p, q] = [h + 1 - r, v + 1 - s];
            if (p < 0 || p >= H || q < 0 || q >= W) continue;
            addScaled(y, (p * W + q) * K, w, ((r * 3 + s) * C + c) * K, K, factor);
          }
        }
      }
    }
  }
  return y;
}

/** dw of a convolution: dw[r,s,c,k] = sum over pixels of x[h+r-1,w+s-1,c] dz[h,w,k]. */
export function kernelGradient({ x, dz }: LayerGradient, [H = 0, W = 0, C = 0]: Shape, K: number): Float64Array {
  const dw = new Float64Array(9 * C * K);
  for (let h = 0; h < H; h++) {
    for (let v = 0; v < W; v++) {
      for (let r = 0; r < 3; r++) {
        for (let s = 0; s < 3; s++) {
          const [p, q] = [h + 1 - r, v + 1 - s];
          if (p < 0 || p >= H || q < 0 || q >= W) continue;
          for (let c = 0; c < C; c++) {
            addScaled(dw, ((r * 3 + s) * C + c) * K, dz, (p * W + q) * K, K, x[(h * W + v) * C + c]!);
          }
        }
      }
    }
  }
  return dw;
}

/** The kernel that carries a gradient back: turned by 180 degrees, channels in and out exchanged. */
export function rotated(w: Float32Array, C: number, K: number): Float32Array {
  const turned = new Float32Array(w.length);
  for (let tap = 0; tap < 9; tap++) {
    for (let c = 0; c < C; c++) {
      for (let k = 0; k < K; k++) turned[((8 - tap) * K + k) * C + c] = w[(tap * C + c) * K + k]!;
    }
  }
  return turned;
}

function addScaled(
  to: Float64Array,
  at: number,
  from: Float32Array | Float64Array,
  first: number,
  count: number,
  factor: number,
): void {
  if (factor === 0) return;
  for (let k = 0; k < count; k++) to[at + k]! += factor * from[first + k]!;
}

function activated(activation: 'relu' | 'linear', value: number): number {
  return activation === 'relu' ? Math.max(value, 0) : value;
}

function masked(x: Float64Array, rate: number, layer: number, [units = 0]: Shape, { seed, step, row }: PictureKey) {
  const d = { seed, step, layer, rate, first: row * units };
  return x.map((value, i) => (keeps(d, d.first + i) ? value / (1 - rate) : 0));
}

function poolDims([H = 0, W = 0, C = 0]: Shape) {
  return { N: 1, H, W, C };
}
