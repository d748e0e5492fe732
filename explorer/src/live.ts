// The page with a GPU: every number on it is made by the kernels while one looks.

import { freeTensor, readTensor } from '../../src/autograd/tensor.js';
import { classesOf, describeLayers, type Network } from '../../src/engine.js';
import type { ServedModel } from '../../src/explore/model.js';
import { type Activations, activationsOf, type Maps } from './engine/activations.js';
import { createBench } from './engine/bench.js';
import { measureCeilings } from './engine/ceilings.js';
import type { OpenDevice } from './engine/device.js';
import type { Exclusive } from './engine/exclusive.js';
import { timeLayers } from './engine/layer-times.js';
import { learn } from './engine/learning.js';
import { likeliest } from './engine/predict.js';
import { loadNetwork } from './engine/weights.js';
import { dotsOf } from './page/dots.js';
import { byId } from './page/elements.js';
import { showFinetune } from './page/finetune.js';
import { showKernels } from './page/kernels.js';
import { type LayerColumn, showLayers } from './page/layers.js';
import { type MapKind, showMaps } from './page/maps.js';
import { duration } from './page/numbers.js';
import { showPictureChooser } from './page/picture-chooser.js';
import { showPixel } from './page/pixel.js';
import { showRoofline } from './page/roofline.js';
import { createSelected } from './page/selection.js';
import { createTrials } from './page/trials.js';

/** What the sections share: one picture's way through one network on one device. */
export interface Live {
  readonly model: ServedModel;
  readonly device: OpenDevice;
  readonly network: Network;
  readonly exclusive: Exclusive;
  /** Of the picture that is shown. */
  activations(): Activations;
}

export async function startLive(model: ServedModel, device: OpenDevice, exclusive: Exclusive): Promise<void> {
  const { gpu, name, software } = device;
  const facts = describeLayers(model.spec);
  const classes = classesOf(model.spec);
  const selected = createSelected();
  const column = showLayers(facts, selected);
  byId('about').textContent =
    `${model.file} on ${name}${software ? ', which is software: slow, and no measure of a GPU' : ''}`;
  const network = await loadNetwork(gpu, model.spec, (done, total) => {
    column.say(`Loading weights: ${Math.floor((100 * done) / total)} %`);
  });

  let current: Activations | undefined;
  const live: Live = {
    ...{ model, device, network, exclusive },
    activations: () => current!,
  };
  const maps = showMaps(selected, (layer, kind) => exclusive(() => readMaps(live, layer, kind)), {
    classes: model.classes,
    last: facts.length - 1,
  });
  const trials = createTrials();
  let shown: string | undefined;
  let times: readonly (number | undefined)[] = [];
  const kernels = showKernels(selected, createBench(live), trials, (chosen) => {
    shown = chosen?.tried.kernel.name;
    pixel.use(chosen);
    roofline.refresh();
  });
  const pixel = showPixel(selected, gpu.capabilities.subgroupSize || 32, (layer) => facts[layer]!.output);
  const roofline = showRoofline(
    () => exclusive(() => measureCeilings(gpu)),
    () => dotsOf(facts, times, trials, selected.now.layer, shown),
  );
  trials.watch(() => roofline.refresh());
  showFinetune((train, held, options) => exclusive(() => learn(network, train, held, options)));
  const pictures = showPictureChooser(async ({ picture }) => {
    await exclusive(async () => {
      const before = current;
      current = await activationsOf(network, picture, classes);
      before?.free();
    });
    if (classes !== undefined) {
      const logits = await exclusive(() => current!.read(facts.length - 1));
      pictures.showPrediction(likeliest(logits.values), model.classes);
    }
    await refresh();
  });
  const refresh = () => Promise.all([maps.refresh(), kernels.refresh()]);
  selected.watch((now, before) => {
    if (now.layer !== before.layer) void refresh();
  });
  column.say('Running a drawing…');
  await pictures.begin();
  times = await exclusive(() => measureLayers(live, column));
  roofline.refresh();
  document.body.dataset.ready = 'true';
}

async function readMaps({ network, activations }: Live, layer: number, kind: MapKind): Promise<Maps> {
  if (kind === 'forward') return activations().read(layer);
  const { gpu, layers } = network;
  const gradient = await activations().gradient(layer, kind);
  const values = await readTensor(gpu, gradient);
  freeTensor(gpu, gradient);
  return { shape: layers[layer]!.facts.output, values };
}

/** Times each layer by itself, and says how far it is. */
async function measureLayers({ network, activations }: Live, column: LayerColumn): Promise<(number | undefined)[]> {
  const times = await timeLayers(network, activations().inputs, (sofar, next) =>
    column.showTimes(sofar, `Measuring ${next}…`),
  );
  const sum = times.reduce<number>((total, time) => total + (time ?? 0), 0);
  column.showTimes(times, `One picture takes ${duration(sum)}, each layer measured by itself.`);
  return times;
}
