// The page without a GPU: says so, tells how to switch WebGPU on, and shows what was recorded on another machine.

import { elementsOf } from '../../src/autograd/tensor.js';
import { describeLayers, kernels } from '../../src/engine.js';
import type { Maps } from './engine/activations.js';
import type { Bench } from './engine/bench.js';
import type { KernelCase } from './engine/cases.js';
import { dotsOf } from './page/dots.js';
import { byId, element } from './page/elements.js';
import { showKernels } from './page/kernels.js';
import { showLayers } from './page/layers.js';
import { type MapKind, showMaps } from './page/maps.js';
import { duration } from './page/numbers.js';
import { showPictureChooser } from './page/picture-chooser.js';
import { showPixel } from './page/pixel.js';
import { showRoofline } from './page/roofline.js';
import { createSelected } from './page/selection.js';
import { createTrials } from './page/trials.js';
import { RECORDED_WIDTH, type RecordedCase, type RecordedMap, type Recording } from './recording.js';

/** @param reason why there is no GPU, as a sentence */
export async function startRecorded(reason: string): Promise<void> {
  const recording = (await (await fetch('recorded.json')).json()) as Recording;
  const { spec, classes, adapter, date, times, likely } = recording;
  const [forward, gradient] = await Promise.all([bytesOf('recorded-forward.png'), bytesOf('recorded-gradient.png')]);
  const facts = describeLayers(spec);
  const selected = createSelected();
  const trials = createTrials();
  const known = knownCases(recording);
  for (const [layer, cases] of known.entries()) {
    for (const { tried, trials: own } of cases) {
      for (const [variant, trial] of Object.entries(own)) trials.add({ layer, tried, variant, trial });
    }
  }
  const bench: Bench = {
    cases: async (layer) => known[layer]!.map(({ tried }) => tried),
    variants: (tried) => Object.keys(known.flat().find((own) => own.tried === tried)?.trials ?? {}),
  };
  showNotice(reason, recording);
  byId('finetune').hidden = true;

  const column = showLayers(facts, selected);
  const measured = times.map((time) => time ?? undefined);
  const sum = measured.reduce<number>((total, time) => total + (time ?? 0), 0);
  column.showTimes(measured, `One picture took ${duration(sum)} on ${adapter}, ${date}.`);
  const maps = showMaps(
    selected,
    async (layer, kind) =>
      mapsOf(facts[layer]!.output, kind === 'forward' ? forward : gradient, recording, layer, kind),
    { classes, last: facts.length - 1, kinds: ['forward', 'logit'] },
  );
  let shown: string | undefined;
  const roofline = showRoofline(recording.ceilings, () => dotsOf(facts, measured, trials, selected.now.layer, shown));
  const pixel = showPixel(selected, recording.subgroupSize || 32, (layer) => facts[layer]!.output);
  const section = showKernels(selected, bench, trials, (chosen) => {
    shown = chosen?.tried.kernel.name;
    pixel.use(chosen);
    roofline.refresh();
  });
  const refresh = () => Promise.all([maps.refresh(), section.refresh()]);
  selected.watch((now, before) => {
    if (now.layer !== before.layer) void refresh();
  });
  const pictures = showPictureChooser(async () => {}, [recording.drawing]);
  await pictures.begin();
  pictures.showPrediction(likely, classes);
  await refresh();
  document.body.dataset.ready = 'true';
}

function showNotice(reason: string, { adapter, date }: Recording): void {
  byId('about').textContent = `vgg-mini on ${adapter}, as recorded on ${date}`;
  const notice = byId('notice');
  notice.hidden = false;
  notice.append(
    element('h2', {}, 'No GPU for this page'),
    element(
      'p',
      {},
      `${reason} So nothing is computed here: maps, gradients and times were recorded on ${adapter}, ${date}. The WGSL is interpreted, so one output can be followed all the same.`,
    ),
    element(
      'ul',
      {},
      element(
        'li',
        {},
        'Chrome and Edge have WebGPU on Windows, macOS and ChromeOS. On Linux: chrome://flags/#enable-unsafe-webgpu and chrome://flags/#enable-vulkan, then restart.',
      ),
      element(
        'li',
        {},
        'Safari has it from version 26 on; Firefox on Windows and on Macs, elsewhere with dom.webgpu.enabled in about:config.',
      ),
      element(
        'li',
        {},
        'Without a GPU, Chrome computes on the CPU when it is started with --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader.',
      ),
    ),
  );
}

/** A recorded kernel as the page's own code knows it. */
interface KnownCase {
  readonly tried: KernelCase;
  readonly trials: RecordedCase['trials'];
}

/** The recorded kernels and variants that there still are: a recording may be older than the kernels. */
function knownCases({ cases }: Recording): KnownCase[][] {
  return cases.map((own) =>
    own.flatMap(({ kernel: name, dims, variant, direction, trials }) => {
      const kernel = kernels.find((candidate) => candidate.name === name);
      const known = Object.entries(trials).filter(([trial]) => kernel && trial in kernel.variants);
      const running = known.find(([trial]) => trial === variant)?.[0] ?? known.at(-1)?.[0];
      if (!kernel || running === undefined || kernel.dims.some((dim) => !(dim in dims))) return [];
      return [{ tried: { kernel, dims, variant: running, direction }, trials: Object.fromEntries(known) }];
    }),
  );
}

/** The bytes that a grey picture holds. */
async function bytesOf(address: string): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(await (await fetch(address)).blob(), { colorSpaceConversion: 'none' });
  const context = new OffscreenCanvas(RECORDED_WIDTH, bitmap.height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, RECORDED_WIDTH, bitmap.height);
  return Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]!);
}

function mapsOf(shape: Maps['shape'], bytes: Uint8Array, recording: Recording, layer: number, kind: MapKind): Maps {
  const { first, low, high }: RecordedMap = (kind === 'forward' ? recording.forward : recording.gradient)[layer]!;
  const values = Float32Array.from(
    bytes.subarray(first, first + elementsOf(shape)),
    (byte) => low + ((high - low) * byte) / 255,
  );
  return { shape, values };
}
