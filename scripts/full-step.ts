// One step of training of a whole VGG16 with nothing frozen: its loss and sampled gradients of the first convolution and of
// fc1 against float64, and the memory it took. `npx tsx scripts/full-step.ts [--weights FILE] [--batch 2] [--width 1]
// [--size 224]`; a few minutes in full size without a GPU.
import { parseArgs } from 'node:util';
import { createTape } from '../src/autograd/tape.js';
import { createTensor, freeTensor, readTensor, type Tensor } from '../src/autograd/tensor.js';
import type { Gpu } from '../src/kernels/gpu.js';
import { createNetwork, forward, freeNetwork, type Network, trainFrom } from '../src/nn/network.js';
import { createSgd, type Optimizer } from '../src/nn/optimizers.js';
import { initialize, type LayerParameters } from '../src/nn/parameters.js';
import { type Picture, picturesToTensor } from '../src/nn/pictures.js';
import { trainStep } from '../src/nn/training.js';
import { VGG16, vgg16 } from '../src/nn/vgg16.js';
import { readWeights } from '../src/nn/weight-arrays.js';
import { startEngine } from '../src/node/engine.js';
import { loadModel } from '../src/vgg16/load.js';
import { conv3x3Forward, conv3x3InputGradient, conv3x3WeightGradient } from '../test/reference/conv3x3.js';
import { convolve, kernelGradient, pictureGradients, type ReferenceLayer, rotated } from './float64-gradients.js';

/** Of the largest entry: float32 forward and backward through 16 layers, the convolutions by Winograd's F(4x4, 3x3). */
const TOLERANCE = 1e-4;
const SAMPLED_ROWS = 64; // of fc1's kernel, each with all of its columns
const [SEED, STEP, RATE] = [7, 1, 1e-3];
const INPUT_SCALE = 1 / 64; // He's initial weights keep the size of their inputs: so the softmax does not saturate

const { values } = parseArgs({
  options: {
    weights: { type: 'string' },
    batch: { type: 'string', default: '2' },
    width: { type: 'string', default: '1' },
    size: { type: 'string', default: '224' },
  },
});
const batch = Number(values.batch);

checkReference();
const engine = await startEngine({});
const { gpu } = engine;
const network = values.weights ? (await loadModel(gpu, values.weights)).network : initialNetwork(gpu);
trainFrom(network, 0);
const [first, fc1] = [parametersOf('conv3x3'), parametersOf('dense')];
const layers = await readLayers(network);
const side = network.spec.inputSize;
const labels = Uint32Array.from({ length: batch }, (_, i) => (i * 37) % layers.at(-1)!.facts.output[0]!);
const x = picturesToTensor(
  gpu,
  network.spec,
  Array.from({ length: batch }, (_, i) => noise(side, i)),
);
const inputs = Float64Array.from(await readTensor(gpu, x));

const outputs = await layerOutputs(x);

const sampled = Array.from({ length: SAMPLED_ROWS }, (_, i) => Math.floor((i / SAMPLED_ROWS) * fc1.kernelShape[0]!));
const caught: { conv?: Tensor; dense?: Tensor } = {};
const optimizer = createSgd(gpu, { learningRate: RATE });
const watching: Optimizer = {
  ...optimizer,
  step(parameters) {
    caught.conv = copyOf(gpu, first.panels[0]!.kernel.grad!);
    caught.dense = copyRows(gpu, fc1, sampled);
    optimizer.step(parameters);
  },
};
const started = performance.now();
const { loss } = await trainStep(network, watching, { x, labels }, { from: 0, seed: SEED, step: STEP });
const seconds = (performance.now() - started) / 1000;
const mebi = (bytes: number) => `${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MiB`;
const parameters = layers.reduce((sum, { facts }) => sum + facts.parameters, 0);
console.log(`${engine.info.name}: ${parameters.toLocaleString('en-US')} parameters, all trained, batch ${batch}`);
console.log(`step ${seconds.toFixed(1)} s, loss ${loss.toFixed(6)}`);
console.log(
  `memory on the device: ${mebi(gpu.pool.bytes().peak)} at most (weights, gradients, SGD's velocity, activations)`,
);
console.log(
  `memory of the process: ${mebi(process.resourceUsage().maxRSS * 1024)} at most, a copy of the weights included`,
);

const expected = reference();
console.log(`${expected.turned} ReLUs stand otherwise in float64; gradients are compared where the device stands`);
const results = [
  report('loss', [loss], [expected.loss]),
  report('gradient of the first convolution', await readTensor(gpu, caught.conv!), expected.conv),
  report(`gradient of fc1, ${SAMPLED_ROWS} rows`, await readTensor(gpu, caught.dense!), expected.dense),
  await stepResult(),
];
optimizer.free();
for (const tensor of [x, caught.conv!, caught.dense!]) freeTensor(gpu, tensor);
freeNetwork(network);
await engine.close();
process.exitCode = results.every(Boolean) ? 0 : 1;

function initialNetwork(gpu: Gpu): Network {
  const scaled = (count: number) => Math.max(1, Math.floor(count * Number(values.width)));
  const [hidden = 0] = VGG16.units;
  const spec = vgg16({
    inputSize: Number(values.size),
    filters: VGG16.filters.map(scaled),
    units: [scaled(hidden), scaled(hidden), 1000],
  });
  const { preprocessing } = spec;
  const [red, green, blue] = preprocessing.mean;
  const mean = [red * INPUT_SCALE, green * INPUT_SCALE, blue * INPUT_SCALE] as const;
  const built = createNetwork(gpu, { ...spec, preprocessing: { ...preprocessing, scale: INPUT_SCALE, mean } });
  built.layers.forEach((layer, stream) => {
    if (layer.parameters) initialize(gpu, layer.parameters, { method: 'he', seed: SEED, stream });
  });
  return built;
}

function parametersOf(kind: 'conv3x3' | 'dense'): LayerParameters {
  const found = network.layers.find(({ spec }) => spec.kind === kind)?.parameters;
  if (!found) throw new Error(`These weights have no ${kind} layer.`);
  return found;
}

async function readLayers({ gpu, layers }: Network): Promise<ReferenceLayer[]> {
  const read: ReferenceLayer[] = [];
  for (const { facts, parameters } of layers) {
    const [kernel, bias] = parameters ? await readWeights(gpu, parameters) : [];
    read.push({ facts, kernel: kernel?.data, bias: bias?.data });
  }
  return read;
}

/** Whole numbers from 0 to 255, the same in every run. */
function noise(side: number, n: number): Picture {
  let state = n + 1;
  const data = Uint8Array.from({ length: 4 * side * side }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return { width: side, height: side, data };
}

/** What each layer gives for the batch, dropout included; the same bits as in the step. */
async function layerOutputs(x: Tensor): Promise<Float32Array[]> {
  const training = { seed: SEED, step: STEP, firstRow: 0 };
  const outputs: Float32Array[] = [];
  let value = x;
  for (const from of network.layers.keys()) {
    const tape = createTape(gpu, { record: false });
    const y = forward(tape, network, value, { from, to: from + 1, training });
    if (y !== value) {
      const next = copyOf(gpu, y);
      if (value !== x) freeTensor(gpu, value);
      value = next;
    }
    outputs.push(await readTensor(gpu, value));
    tape.dispose();
  }
  if (value !== x) freeTensor(gpu, value);
  return outputs;
}

function copyOf(gpu: Gpu, tensor: Tensor): Tensor {
  const copy = createTensor(gpu, tensor.shape, 'a gradient to look at');
  gpu.copy(tensor, 0, copy, 0, tensor.bytes);
  return copy;
}

/** Rows of a dense kernel's gradient, put together from its panels: (rows, columns). */
function copyRows(gpu: Gpu, { kernelShape, panels }: LayerParameters, rows: readonly number[]): Tensor {
  const columns = kernelShape[1]!;
  const copy = createTensor(gpu, [rows.length, columns], 'a gradient to look at');
  for (const { kernel, first, width } of panels) {
    for (const [i, row] of rows.entries()) {
      gpu.copy(kernel.grad!, 4 * row * width, copy, 4 * (i * columns + first), 4 * width);
    }
  }
  return copy;
}

/** Loss and gradients of the batch in float64. */
function reference() {
  const at = (kind: string) => layers.findIndex(({ facts }) => facts.layer.kind === kind);
  const [conv, dense] = [layers[at('conv3x3')]!, layers[at('dense')]!];
  const [filters, columns] = [conv.facts.output[2]!, dense.facts.output[0]!];
  const sums = {
    loss: 0,
    turned: 0,
    conv: new Float64Array(27 * filters),
    dense: new Float64Array(sampled.length * columns),
  };
  const row = inputs.length / batch;
  for (let n = 0; n < batch; n++) {
    const picture = inputs.subarray(n * row, (n + 1) * row);
    const key = { seed: SEED, step: STEP, row: n };
    const device = outputs.map((all) => all.subarray((n * all.length) / batch, ((n + 1) * all.length) / batch));
    const { loss, gradients, turned } = pictureGradients(layers, picture, labels[n]!, key, device);
    sums.loss += loss / batch;
    sums.turned += turned;
    const own = kernelGradient(gradients[at('conv3x3')]!, conv.facts.input, filters);
    for (const [i, value] of own.entries()) sums.conv[i]! += value / batch;
    const { x, dz } = gradients[at('dense')]!;
    for (const [i, from] of sampled.entries()) {
      for (let k = 0; k < columns; k++) sums.dense[i * columns + k]! += (x[from]! * dz[k]!) / batch;
    }
  }
  return sums;
}

/**
 * Prints the largest difference over the largest value; false where it is more than the tolerance, or nothing is there.
 * @param rounding what values may be off by beside the tolerance
 */
function report(what: string, found: ArrayLike<number>, expected: ArrayLike<number>, rounding = 0): boolean {
  let [worst, largest, wide] = [0, 0, 0];
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!);
    if (!(difference <= worst)) worst = difference; // NaN too
    largest = Math.max(largest, Math.abs(expected[i]!));
    if (expected[i] !== 0) wide++;
  }
  const good = found.length === expected.length && largest > 0 && worst <= TOLERANCE * largest + rounding;
  const figures = `largest difference ${(worst / largest).toExponential(1)} of the largest value ${largest.toExponential(2)}`;
  console.log(`${what}: ${figures}, ${wide} of ${expected.length} values not 0: ${good ? 'agrees' : 'DIFFERS'}`);
  return good;
}

/** Whether the step went down the gradient that was checked. */
async function stepResult(): Promise<boolean> {
  const gradient = await readTensor(gpu, caught.conv!);
  const after = await readTensor(gpu, first.panels[0]!.kernel);
  const before = layers.find(({ facts }) => facts.layer.kind === 'conv3x3')!.kernel!;
  const rounding = 2 ** -23 * Math.max(...before.map(Math.abs));
  const moved = after.map((value, i) => value - before[i]!);
  const expected = gradient.map((g) => -RATE * g);
  return report('step of the first convolution', moved, expected, rounding);
}

/** Holds this script's convolution to the tests' own reference, on a small one. */
function checkReference(): void {
  const d = { N: 1, H: 5, W: 6, C: 3, K: 4, pad: 1, relu: 0 };
  const wave = (count: number, step: number) =>
    Float64Array.from({ length: count }, (_, i) => Math.fround(Math.sin(step * i)));
  const [x, w, dy] = [wave(90, 0.7), wave(108, 1.3), wave(120, 0.9)];
  const kernel = Float32Array.from(w);
  const pairs = [
    [convolve(x, [5, 6, 3], kernel, 4), conv3x3Forward(d, x, w, new Float64Array(4))],
    [convolve(dy, [5, 6, 4], rotated(kernel, 3, 4), 3), conv3x3InputGradient(d, dy, w)],
    [kernelGradient({ x, dz: dy }, [5, 6, 3], 4), conv3x3WeightGradient(d, x, dy)],
  ] as const;
  for (const [own, other] of pairs) {
    if (own.length !== other.length || own.some((value, i) => !(Math.abs(value - other[i]!) < 1e-12))) {
      throw new Error('The float64 convolution of this script is not that of test/reference.');
    }
  }
}
