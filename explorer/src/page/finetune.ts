// A finetune on folders of pictures, in the page: what was dropped, how it learns, and what it then says of the pictures held back.
import { lineChart } from '../../../src/report/charts/line-chart.js';
import type { EpochFigures, LearningOptions, LearningSet } from '../engine/learning.js';
import { byId, element, reasonOf } from './elements.js';
import { type FiledPicture, filesOfDrop, filesOfInput } from './folders.js';
import { share } from './numbers.js';
import { decodeFile, draw, type NamedPicture } from './pictures.js';

/** Trains and gives the probabilities of the held pictures. */
export type Learn = (
  train: LearningSet,
  held: LearningSet,
  options: LearningOptions,
) => Promise<Float32Array<ArrayBuffer>>;

/** Pictures of a class, decoded. */
interface FoldedClass {
  readonly name: string;
  readonly pictures: NamedPicture[];
}

/** Every so many pictures of a class, one is held back. */
const HOLD_EVERY = 5;
const DRAWN = 10;
const MOST_SHOWN = 40;

export function showFinetune(learn: Learn): void {
  const section = byId('finetune');
  const classes: FoldedClass[] = [];
  let stop: AbortController | undefined;

  const said = element('p', { role: 'status', class: 'said' });
  const list = element('ul', { class: 'classes' });
  const chart = element('div', { class: 'chart' });
  const predictions = element('div', { class: 'predictions' });
  const folders = element('input', {
    type: 'file',
    id: 'folders',
    webkitdirectory: true,
    multiple: true,
    onchange: () => void take(filesOfInput(folders.files)),
  });
  const epochs = element('input', { type: 'number', id: 'epochs', min: 1, max: 1000, value: 30 });
  const rate = element('input', { type: 'number', id: 'rate', min: 0, step: 'any', value: 0.003 });
  const start = element(
    'button',
    { type: 'button', class: 'start', disabled: true, onclick: () => void run() },
    'Start',
  );
  const drawings = element(
    'button',
    { type: 'button', class: 'draw', onclick: () => void takeDrawings() },
    `Draw ${DRAWN} cats and ${DRAWN} dogs`,
  );
  const clear = element('button', { type: 'button', onclick: () => forget() }, 'Start anew');
  section.append(
    element(
      'p',
      { class: 'muted' },
      'A folder a class: drop them here, or choose the folder that holds them. They stay in this page.',
    ),
    element(
      'div',
      { class: 'drop' },
      element('label', { class: 'button', for: 'folders' }, 'Choose a folder…'),
      folders,
      drawings,
      clear,
    ),
    list,
    element(
      'div',
      { class: 'switch' },
      element('label', { class: 'labelled', for: 'epochs' }, 'Epochs ', epochs),
      element('label', { class: 'labelled', for: 'rate' }, 'Learning rate ', rate),
      start,
    ),
    said,
    chart,
    predictions,
  );
  section.addEventListener('dragover', (event) => event.preventDefault());
  section.addEventListener('drop', (event) => {
    event.preventDefault();
    if (event.dataTransfer) void filesOfDrop(event.dataTransfer.items).then(take);
  });

  function forget(): void {
    classes.length = 0;
    showClasses();
    for (const part of [said, chart, predictions]) part.replaceChildren();
  }

  async function takeDrawings(): Promise<void> {
    for (const name of ['cat', 'dog']) {
      const first = classes.find((own) => own.name === name)?.pictures.length ?? 0;
      for (let number = first; number < first + DRAWN; number++) add(name, await draw(name, number));
    }
    showClasses();
  }

  async function take(files: readonly FiledPicture[]): Promise<void> {
    const skipped: string[] = [];
    for (const [i, { folder, file }] of files.entries()) {
      said.textContent = `Reading picture ${i + 1} of ${files.length}`;
      if (folder === '') skipped.push(`${file.name} lies in no folder.`);
      else {
        await decodeFile(file).then(
          (picture) => add(folder, picture),
          (error: unknown) => skipped.push(reasonOf(error)),
        );
      }
    }
    showClasses();
    said.textContent = skipped.length > 0 ? `Left out ${skipped.length}: ${skipped.slice(0, 5).join(' ')}` : '';
  }

  function add(name: string, picture: NamedPicture): void {
    const known = classes.find((own) => own.name === name);
    if (known) known.pictures.push(picture);
    else classes.push({ name, pictures: [picture] });
  }

  function showClasses(): void {
    classes.sort((a, b) => (a.name < b.name ? -1 : 1));
    list.replaceChildren(
      ...classes.map(({ name, pictures }) =>
        element('li', {}, element('b', {}, name), ` ${pictures.length} picture${pictures.length === 1 ? '' : 's'}`),
      ),
    );
    start.disabled = classes.length < 2;
    if (classes.length === 1) said.textContent = 'One class so far: drop another folder.';
    else said.replaceChildren();
  }

  async function run(): Promise<void> {
    if (stop) {
      stop.abort();
      return;
    }
    stop = new AbortController();
    start.textContent = 'Stop';
    predictions.replaceChildren();
    const figures: EpochFigures[] = [];
    const parts = split(classes);
    try {
      const probabilities = await learn(parts.train, parts.held, {
        ...{
          classes: classes.length,
          epochs: epochs.valueAsNumber,
          learningRate: rate.valueAsNumber,
          signal: stop.signal,
        },
        onFeatures: (done, total) => {
          said.textContent = `Through the frozen layers: ${done} of ${total}`;
        },
        onEpoch: (figure) => {
          figures.push(figure);
          said.textContent = summary(figure);
          showChart(figures);
        },
      });
      showPredictions(parts.shown, probabilities);
    } catch (error) {
      said.textContent = reasonOf(error);
    } finally {
      stop = undefined;
      start.textContent = 'Start';
    }
  }

  function showChart(figures: readonly EpochFigures[]): void {
    const held = figures.filter(({ heldLoss }) => heldLoss !== undefined);
    const text = lineChart({
      title: 'Loss',
      x: { label: 'epoch' },
      y: { label: 'nats' },
      series: [
        { name: 'training', points: figures.map(({ epoch, loss }) => [epoch, loss] as const) },
        ...(held.length > 0
          ? [{ name: 'held back', points: held.map(({ epoch, heldLoss }) => [epoch, heldLoss!] as const) }]
          : []),
      ],
    });
    const { documentElement } = new DOMParser().parseFromString(text, 'image/svg+xml');
    chart.replaceChildren(document.importNode(documentElement, true));
  }

  function showPredictions(
    shown: readonly { readonly label: number; readonly picture: NamedPicture }[],
    probabilities: Float32Array,
  ): void {
    const figures = shown.slice(0, MOST_SHOWN).map(({ label, picture }, i) => {
      const row = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
      const best = row.indexOf(Math.max(...row));
      return element(
        'figure',
        { class: best === label ? 'right' : 'wrong' },
        element('img', { src: picture.address, alt: picture.name, loading: 'lazy' }),
        element(
          'figcaption',
          {},
          element('b', {}, classes[best]!.name),
          ` ${share(row[best]!)}`,
          best !== label && `, but ${classes[label]!.name}`,
        ),
      );
    });
    predictions.replaceChildren(
      element('h3', {}, 'What it says of the pictures held back'),
      element('div', { class: 'figures' }, figures),
    );
  }
}

function summary({ epoch, loss, accuracy, heldLoss, heldAccuracy }: EpochFigures): string {
  const percent = (part: number) => `${Math.round(100 * part)} %`;
  const held =
    heldLoss === undefined ? '' : `; held back: loss ${heldLoss.toFixed(4)}, ${percent(heldAccuracy!)} right`;
  return `Epoch ${epoch}: loss ${loss.toFixed(4)}, ${percent(accuracy)} right${held}`;
}

/** Every fifth picture of a class is held back, where it has as many. */
function split(classes: readonly FoldedClass[]) {
  const all = classes.flatMap(({ pictures }, label) =>
    pictures.map((picture, i) => ({ label, picture, held: i % HOLD_EVERY === HOLD_EVERY - 1 })),
  );
  const setOf = (part: typeof all): LearningSet => ({
    pictures: part.map(({ picture }) => picture.picture),
    labels: part.map(({ label }) => label),
  });
  const shown = all.filter(({ held }) => held);
  return { train: setOf(all.filter(({ held }) => !held)), held: setOf(shown), shown };
}
