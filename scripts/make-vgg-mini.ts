// Makes models/vgg-mini.h5: VGG16 at an eighth of its width for 64x64 pixels, trained from scratch by this engine on
// drawings of everything but cats and dogs. `npx tsx scripts/make-vgg-mini.ts [file]`
import { fileURLToPath } from 'node:url';
import { PRETRAINING_CLASSES } from '../src/data/drawings/index.js';
import { createNetwork, freeNetwork, type Network, trainFrom } from '../src/nn/network.js';
import { initialize } from '../src/nn/parameters.js';
import type { NetworkSpec } from '../src/nn/specification.js';
import { VGG16, vgg16 } from '../src/nn/vgg16.js';
import { type Engine, startEngine } from '../src/node/engine.js';
import { drawSamples, type Samples } from './drawn-samples.js';
import { CHIMERAS, INVENTED_HEADS } from './invented-animals.js';
import { writeLesson1File } from './lesson-1-file.js';
import { pretrain, type Stage } from './pretrain.js';

const SIZE = 64;
const SEED = 1;

/** What is drawn, and how many pictures of each class there are to learn from. */
const SETS = [
  { classes: PRETRAINING_CLASSES, perClass: 400 },
  { classes: CHIMERAS, perClass: 400 },
  { classes: INVENTED_HEADS, perClass: 1000 },
] as const;
const KNOWN = PRETRAINING_CLASSES.length;
const CLASSES = SETS.reduce((sum, { classes }) => sum + classes.length, 0);
const HELD_BACK = 20;

/** Inputs of this size suit He's initial weights; the first kernel takes the factor over when saved. */
const INPUT_SCALE = 1 / 64;

/** A network as narrow as this one has nothing to spare: the graph's dropout of 0.5 is for the finetune. */
const DROPOUT = 0;

/** From the first step on all classes, nothing is learnt: what tells the invented ones apart is small. */
const STAGES: readonly Stage[] = [
  { epochs: 3, from: 0.002, to: 0.002, classes: KNOWN },
  { epochs: 5, from: 0.002, to: 0.00004, classes: CLASSES },
];

/** An eighth of VGG16, as its pretraining sees it. */
function miniSpec(): NetworkSpec {
  const [fc1 = 0, fc2 = 0] = VGG16.units.map((units) => units / 8);
  const spec = vgg16({
    inputSize: SIZE,
    filters: VGG16.filters.map((filters) => filters / 8),
    units: [fc1, fc2, CLASSES],
  });
  const { mean } = spec.preprocessing;
  return {
    ...spec,
    preprocessing: {
      ...spec.preprocessing,
      scale: INPUT_SCALE,
      mean: [mean[0] * INPUT_SCALE, mean[1] * INPUT_SCALE, mean[2] * INPUT_SCALE],
    },
    layers: spec.layers.map((layer) => (layer.kind === 'dropout' ? { ...layer, rate: DROPOUT } : layer)),
  };
}

function createMini({ gpu }: Engine): Network {
  const network = createNetwork(gpu, miniSpec());
  network.layers.forEach(({ parameters }, i) => {
    const method = i === network.layers.length - 1 ? 'glorot' : 'he';
    if (parameters) initialize(gpu, parameters, { method, seed: SEED, stream: i });
  });
  trainFrom(network, 0);
  return network;
}

/** Draws every set; labels count on from set to set. */
async function draw(seed: number, perClass?: number): Promise<Samples> {
  const pictures: Samples['pictures'][number][] = [];
  const labels: number[] = [];
  let first = 0;
  for (const set of SETS) {
    const drawn = await drawSamples({ ...set, perClass: perClass ?? set.perClass, seed, size: SIZE });
    for (const [i, picture] of drawn.pictures.entries()) {
      pictures.push(picture);
      labels.push(first + drawn.labels[i]!);
    }
    first += set.classes.length;
  }
  return { pictures, labels: Uint32Array.from(labels) };
}

const out = process.argv[2] ?? fileURLToPath(new URL('../models/vgg-mini.h5', import.meta.url));
const started = performance.now();
const say = (line: string) => console.error(`${Math.round((performance.now() - started) / 1000)} s  ${line}`);
const [train, valid] = [await draw(SEED), await draw(SEED + 1, HELD_BACK)];
say(`drew ${train.labels.length} pictures to learn from and ${valid.labels.length} to validate on`);
const engine = await startEngine({ say });
try {
  const network = createMini(engine);
  await pretrain(network, train, valid, { stages: STAGES, batchSize: 64, seed: SEED, say });
  await writeLesson1File(out, network, INPUT_SCALE);
  say(`wrote ${out}`);
  freeNetwork(network);
} finally {
  await engine.close();
}
