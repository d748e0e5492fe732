// A finetune on folders of pictures, in the page: what was dropped, how it learns, and what it then says of the pictures held back.
import type { EpochFigures, LearningOptions, LearningSet } from '../engine/learning.js';
import { byId, element, reasonOf } from './elements.js';
import { lossChart, predictionsOf, summaryOf } from './finetune-results.js';
import { type FiledPicture, filesOfDrop, filesOfInput } from './folders.js';
import { type FoldedClass, holdBack } from './held-back.js';
import { decodeFile, draw, type NamedPicture } from './pictures.js';

/** Trains and gives the probabilities of the held pictures. */
export type Learn = (
  train: LearningSet,
  held: LearningSet,
  options: LearningOptions,
) => Promise<Float32Array<ArrayBuffer>>;

/** Drawings of a class that a click adds. */
const DRAWN = 10;

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
    const settings = { epochs: epochs.valueAsNumber, learningRate: rate.valueAsNumber };
    if (!Number.isInteger(settings.epochs) || settings.epochs < 1 || !(settings.learningRate > 0)) {
      said.textContent = 'Epochs are a whole number from 1, and the learning rate is a number above 0.';
      return;
    }
    stop = new AbortController();
    start.textContent = 'Stop';
    predictions.replaceChildren();
    const figures: EpochFigures[] = [];
    const names = classes.map(({ name }) => name);
    const parts = holdBack(classes);
    try {
      const probabilities = await learn(parts.train, parts.held, {
        ...{ classes: names.length, signal: stop.signal, ...settings },
        onFeatures: (done, total) => {
          said.textContent = `Through the frozen layers: ${done} of ${total}`;
        },
        onEpoch: (figure) => {
          figures.push(figure);
          said.textContent = summaryOf(figure);
          chart.replaceChildren(lossChart(figures));
        },
      });
      if (figures.length > 0) predictions.replaceChildren(...predictionsOf(names, parts.shown, probabilities));
    } catch (error) {
      said.textContent = reasonOf(error);
    } finally {
      stop = undefined;
      start.textContent = 'Start';
    }
  }
}
