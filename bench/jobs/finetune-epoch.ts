// A finetune's first epoch, from JPEG files to trained weights: decoding, frozen layers, and the head.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CATS_AND_DOGS, drawSet } from '../../src/data/drawings/index.js';
import { freeNetwork } from '../../src/nn/network.js';
import { VGG16, vgg16 } from '../../src/nn/vgg16.js';
import { saveModel } from '../../src/vgg16/save.js';
import { Vgg16 } from '../../src/vgg16/vgg16.js';
import type { Case, Context, Entrant, OpenCase, Runner } from '../case.js';
import { VGG_MINI } from '../project.js';
import { randomNetwork } from './networks.js';

/** Drawings, where no photos are given: of the size of Kaggle's photos on a GPU, as they come on a CPU. */
const DRAWINGS = { cpu: 64, gpu: 512 };
const [WIDTH, HEIGHT] = [500, 375];
const BATCH = 64;

export interface FinetuneOptions {
  readonly photos?: string | undefined;
  readonly weights?: string | undefined;
}

export function finetuneCases(kind: 'cpu' | 'gpu', { photos, weights }: FinetuneOptions): Case[] {
  const pictures = photos === undefined ? DRAWINGS[kind] : countOf(photos);
  const network = weights === undefined ? { cpu: 'vgg-mini', gpu: 'VGG16' }[kind] : 'the given weights';
  return [
    {
      op: 'job/finetune_epoch',
      shape: `${network}, ${pictures} ${photos === undefined ? 'drawings' : 'photos'}`,
      ...{ flops: Number.NaN, bytes: Number.NaN, pictures, importance: 21 },
      open: openFinetune,
    },
  ];
}

/** Files in the folders of a folder. */
function countOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}

async function openFinetune(context: Context): Promise<OpenCase> {
  const { info } = context;
  const folder = mkdtempSync(join(tmpdir(), 'vggpu-bench-'));
  try {
    const weights = context.weights ?? (info.kind === 'cpu' ? VGG_MINI : await randomWeights(context, folder));
    const photos = context.photos ?? join(folder, 'drawings');
    if (context.photos === undefined) {
      const size = info.kind === 'gpu' ? { width: WIDTH, height: HEIGHT } : {};
      await drawSet(photos, { classes: CATS_AND_DOGS, perClass: DRAWINGS[info.kind] / 2, seed: 1, ...size });
    }
    const entrant: Entrant = {
      ...{ name: 'vggpu', peer: false, chosen: true, precision: 'f32' },
      open: () => openEpochs(context, weights, photos),
    };
    return {
      entrants: [entrant],
      judge: ([loss = Number.NaN]) =>
        Number.isFinite(loss) ? { error: 0 } : { error: Number.NaN, wrong: `the loss is ${loss}` },
      readsMore: true,
      async close() {
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A file of full-size VGG16 whose weights are random: times do not depend on them. */
async function randomWeights({ gpu }: Context, folder: string): Promise<string> {
  const file = join(folder, 'random-vgg16.h5');
  const network = randomNetwork(gpu, vgg16(VGG16));
  await saveModel(file, network, { classes: Array.from({ length: 1000 }, (_, i) => `class ${i}`), training: {} });
  freeNetwork(network);
  return file;
}

async function openEpochs({ gpu, info }: Context, weights: string, photos: string): Promise<Runner> {
  const say = () => {};
  const engine = { gpu, info, close: async () => {} }; // stays open: others run on it
  const vgg = await Vgg16.create({ weights, engine, say });
  const batches = await vgg.getBatches(photos, { batchSize: BATCH });
  await vgg.finetune(batches);
  let loss = Number.NaN;
  return {
    async go(times) {
      for (let i = 0; i < times; i++) {
        const { epochs } = await vgg.fit(batches, undefined, { epochs: 1, cache: false });
        loss = epochs.at(-1)!.loss;
      }
    },
    check: async () => {},
    result: async () => Float32Array.of(loss),
    close: () => vgg.close(),
  };
}
