// The picture that goes through the network: a drawing or one's own, by a click, a drop or a file dialog; and what the network says of it.
import type { Likely } from '../engine/predict.js';
import { byId, element, reasonOf } from './elements.js';
import { share } from './numbers.js';
import { DRAWINGS, decodeFile, draw, type NamedPicture } from './pictures.js';

export interface PictureChooser {
  /** Shows the most probable classes of the picture. */
  showPrediction(likely: readonly Likely[], classes: readonly string[]): void;
  /** Chooses the first drawing. */
  begin(): Promise<void>;
}

/**
 * @param use given each picture that is chosen
 * @param only the drawings that can be chosen, and no files; default all, and files
 */
export function showPictureChooser(
  use: (chosen: NamedPicture) => Promise<void>,
  only?: readonly string[],
): PictureChooser {
  const names = only ?? DRAWINGS;
  const section = byId('picture');
  const image = element('img', { alt: '', width: 96, height: 96 });
  const said = element('p', { class: 'said', role: 'status' });
  const prediction = element('ol', { class: 'prediction', 'aria-label': 'Most probable classes' });
  const file = element('input', {
    type: 'file',
    accept: 'image/*',
    id: 'own-picture',
    onchange: () => void own(file.files),
  });
  const buttons = names.map((name) =>
    element('button', { type: 'button', onclick: () => void choose(() => draw(name)) }, name),
  );
  section.append(
    element('div', { class: 'frame' }, image),
    element(
      'div',
      { class: 'choices' },
      element('div', { class: 'drawings', role: 'group', 'aria-label': 'Drawings' }, buttons),
      !only && element('label', { class: 'button', for: 'own-picture' }, 'Your own…'),
      !only && file,
      said,
      prediction,
    ),
  );

  async function own(files: FileList | null | undefined): Promise<void> {
    const [first] = files ?? [];
    if (first) await choose(() => decodeFile(first));
  }

  async function choose(load: () => Promise<NamedPicture>): Promise<void> {
    try {
      const chosen = await load();
      image.src = chosen.address;
      image.alt = chosen.name;
      said.textContent = `${chosen.name}, ${chosen.picture.width} × ${chosen.picture.height}`;
      buttons.forEach((button, i) => {
        button.setAttribute('aria-pressed', String(chosen.name.startsWith(`${names[i]} `)));
      });
      await use(chosen);
    } catch (error) {
      said.textContent = reasonOf(error);
    }
  }

  if (!only) acceptDrops();

  function acceptDrops(): void {
    section.addEventListener('dragover', (event) => event.preventDefault());
    section.addEventListener('drop', (event) => {
      event.preventDefault();
      void own(event.dataTransfer?.files);
    });
  }
  return {
    begin: () => choose(() => draw(names[0]!)),
    showPrediction(likely, classes) {
      prediction.replaceChildren(
        ...likely
          .slice(0, 3)
          .map(({ index, probability }) =>
            element(
              'li',
              {},
              element('span', {}, classes[index] ?? `class ${index}`),
              element(
                'span',
                { class: 'meter', 'aria-hidden': true },
                element('i', { style: `width: ${100 * probability}%` }),
              ),
              element('span', { class: 'number' }, share(probability)),
            ),
          ),
      );
    },
  };
}
