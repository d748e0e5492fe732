// Records what the explorer shows where a browser has no WebGPU: explorer/public/recorded.json and two pictures of values.
// `npx tsx scripts/record-explorer.ts [adapter]`
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Maps } from '../explorer/src/engine/activations.js';
import { type Activations, activationsOf } from '../explorer/src/engine/activations.js';
import { casesOf, operandsOf } from '../explorer/src/engine/cases.js';
import { measureCeilings } from '../explorer/src/engine/ceilings.js';
import { timeLayers } from '../explorer/src/engine/layer-times.js';
import { likeliest } from '../explorer/src/engine/predict.js';
import { referenceOf, type Trial, tryVariant, variantsFor } from '../explorer/src/engine/trial.js';
import { RECORDED_WIDTH, type RecordedCase, type RecordedMap, type Recording } from '../explorer/src/recording.js';
import { freeTensor, readTensor } from '../src/autograd/tensor.js';
import { VGG_MINI } from '../src/cli/demo.js';
import { PRETRAINING_CLASSES } from '../src/data/drawings/classes.js';
import { createRandom } from '../src/data/drawings/random.js';
import { decodePicture } from '../src/data/pictures/decode.js';
import { miniClasses } from '../src/explore/mini-classes.js';
import type { Network } from '../src/nn/network.js';
import { startEngine } from '../src/node/engine.js';
import { loadModel } from '../src/vgg16/load.js';

/** What the page draws first. */
const DRAWING = 'owl';

const folder = join(import.meta.dirname, '../explorer/public');
const say = (line: string) => console.error(line);
const engine = await startEngine({ adapter: process.argv[2], say });
try {
  const { gpu } = engine;
  const { network, classes } = await loadModel(gpu, VGG_MINI);
  const { draw } = PRETRAINING_CLASSES.find(({ name }) => name === DRAWING)!;
  const svg = Buffer.from(draw(createRandom(`42/${DRAWING}/0`)));
  const picture = await decodePicture(await sharp(svg).png().toBuffer(), { exif: false });
  const activations = await activationsOf(network, picture, classes.length);
  const last = network.layers.length - 1;
  const ceilings = await measureCeilings(gpu);
  const times = await timeLayers(network, activations.inputs);
  const cases: RecordedCase[][] = [];
  for (const layer of network.layers.keys()) cases.push(await recordCases(network, activations, layer));
  const forward = await pack('forward', network, (layer) => activations.read(layer));
  const gradient = await pack('gradient', network, (layer) => gradientMaps(network, activations, layer));
  const recording: Recording = {
    ...{ adapter: engine.info.name, date: new Date().toISOString().slice(0, 10), drawing: DRAWING },
    ...{ subgroupSize: gpu.capabilities.subgroupSize, spec: network.spec, classes: miniClasses(classes.length) },
    likely: likeliest((await activations.read(last)).values).slice(0, 3),
    ...{ ceilings, times: times.map((time) => time ?? null), cases, forward, gradient },
  };
  writeFileSync(join(folder, 'recorded.json'), `${JSON.stringify(recording)}\n`);
  say(`Recorded ${cases.flat().length} kernels of ${network.layers.length} layers on ${engine.info.name}.`);
} finally {
  await engine.close();
}

async function gradientMaps(network: Network, activations: Activations, layer: number): Promise<Maps> {
  const gradient = await activations.gradient(layer, 'logit');
  const values = await readTensor(network.gpu, gradient);
  freeTensor(network.gpu, gradient);
  return { shape: network.layers[layer]!.facts.output, values };
}

async function recordCases(network: Network, { inputs, outputs }: Activations, layer: number): Promise<RecordedCase[]> {
  const { gpu } = network;
  const recorded: RecordedCase[] = [];
  for (const tried of await casesOf(network, layer, inputs[layer]!)) {
    const { kernel, dims, variant, direction } = tried;
    const panel = network.layers[layer]!.parameters?.panels[0];
    const own = { x: inputs[layer], y: outputs[layer], w: panel?.kernel, b: panel?.bias };
    const operands = operandsOf(network, tried, own);
    const setting = { gpu, kernel, dims, operands };
    const reference = await referenceOf(setting);
    const trials: Record<string, Trial> = {};
    for (const name of variantsFor(tried, gpu)) trials[name] = rounded(await tryVariant(setting, name, reference));
    operands.free();
    recorded.push({ kernel: kernel.name, dims, variant, direction, trials });
    say(`${network.layers[layer]!.spec.name}: ${kernel.name}, ${Object.keys(trials).length} variants`);
  }
  return recorded;
}

/** Three digits of what was measured are as many as it repeats to. */
function rounded(trial: Trial): Trial {
  const short = (value: number) => Number(value.toPrecision(3));
  const { milliseconds, gigaflops, gigabytes, comparison } = trial;
  return {
    ...trial,
    ...{ milliseconds: short(milliseconds), gigaflops: short(gigaflops), gigabytes: short(gigabytes) },
    comparison: { ...comparison, error: short(comparison.error) },
  };
}

/** Writes the values of all layers as the bytes of one grey picture. */
async function pack(name: string, network: Network, read: (layer: number) => Promise<Maps>): Promise<RecordedMap[]> {
  const bytes: number[] = [];
  const maps: RecordedMap[] = [];
  for (const layer of network.layers.keys()) {
    const { values } = await read(layer);
    const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    maps.push({ first: bytes.length, low, high });
    for (const value of values) bytes.push(Math.round((255 * (value - low)) / (high - low || 1)));
  }
  const height = Math.ceil(bytes.length / RECORDED_WIDTH);
  const all = new Uint8Array(height * RECORDED_WIDTH);
  all.set(bytes);
  mkdirSync(folder, { recursive: true });
  await sharp(all, { raw: { width: RECORDED_WIDTH, height, channels: 1 } })
    .png({ compressionLevel: 9 })
    .toFile(join(folder, `recorded-${name}.png`));
  return maps;
}
