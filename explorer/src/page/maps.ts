// Feature and gradient maps of the chosen layer: a tile a channel on one scale, one of them enlarged, a pixel of it chosen.
import type { Maps } from '../engine/activations.js';
import { gradientOf, paint, type Scale, scaleOf } from './colours.js';
import { byId, element, reasonOf } from './elements.js';
import { precise, shapeText } from './numbers.js';
import { showPixelMap } from './pixel-map.js';
import type { Selected } from './selection.js';
import { showVector } from './vector.js';

/** What the tiles show. */
export type MapKind = 'forward' | 'logit' | 'loss';

const KINDS: readonly (readonly [MapKind, string])[] = [
  ['forward', 'Values'],
  ['logit', 'Gradient of the top logit'],
  ['loss', 'Gradient of the loss'],
];

export interface MapsSection {
  /** Fetches and shows the maps again: another picture, or another layer. */
  refresh(): Promise<void>;
}

export interface MapsOptions {
  /** Names of the outputs of the last layer. */
  readonly classes: readonly string[];
  /** Number of that layer. */
  readonly last: number;
  /** What there is to show; default all. */
  readonly kinds?: readonly MapKind[];
}

/** @param read gives a layer's maps */
export function showMaps(
  selected: Selected,
  read: (layer: number, kind: MapKind) => Promise<Maps>,
  { classes, last, kinds: offered }: MapsOptions,
): MapsSection {
  const section = byId('maps');
  const note = element('p', { class: 'muted', role: 'status' });
  const body = element('div', { class: 'maps' });
  const kinds = element('div', { class: 'switch', role: 'group', 'aria-label': 'What the maps show' });
  let kind: MapKind = 'forward';
  const buttons = KINDS.filter(([own]) => offered?.includes(own) ?? true).map(([own, name]) =>
    element(
      'button',
      { type: 'button', 'aria-pressed': String(own === kind), 'data-kind': own, onclick: () => void use(own) },
      name,
    ),
  );
  kinds.append(...buttons);
  section.append(kinds, note, body);

  async function use(chosen: MapKind): Promise<void> {
    kind = chosen;
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.kind === kind));
    await refresh();
  }

  let asked = 0;
  let forgetTiles = () => {};
  async function refresh(): Promise<void> {
    const own = ++asked;
    const { layer } = selected.now;
    section.setAttribute('aria-busy', 'true');
    try {
      const maps = await read(layer, kind);
      if (own !== asked) return; // something else was chosen meanwhile
      const scale = scaleOf(maps.values, kind !== 'forward');
      const [height, width, channels] = maps.shape;
      const names = layer === last ? classes : [];
      note.textContent = describe(maps, scale);
      forgetTiles();
      body.replaceChildren();
      if (selected.now.row < 0) selected.choose(middle(maps.shape));
      if (channels === undefined) {
        body.replaceChildren(showVector(maps.values, scale, names));
        return;
      }
      const tiles = showTiles(maps, [height!, width!, channels], scale, selected);
      body.replaceChildren(...tiles.elements);
      forgetTiles = tiles.forget;
    } catch (error) {
      if (own !== asked) return;
      note.textContent = reasonOf(error);
      body.replaceChildren();
    } finally {
      if (own === asked) section.removeAttribute('aria-busy');
    }
  }
  return { refresh };
}

/** Where one looks first. */
function middle([height = 1, width = 1, channels]: Maps['shape']): { row: number; column: number } {
  return channels === undefined
    ? { row: 0, column: 0 }
    : { row: Math.floor(height / 2), column: Math.floor(width / 2) };
}

function describe({ shape, values }: Maps, { low, high }: Scale): string {
  const zeros = values.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
  const part = Math.round((100 * zeros) / values.length);
  return `${shapeText(shape)}, from ${precise(low)} to ${precise(high)}${part > 0 ? `, ${part} % zeros` : ''}`;
}

/** A tile a channel, with arrow keys between them, and the chosen one enlarged; `forget` before others are shown. */
function showTiles(
  { values }: Maps,
  shape: readonly [number, number, number],
  scale: Scale,
  selected: Selected,
): { readonly elements: Node[]; readonly forget: () => void } {
  const [, , channels] = shape;
  const tiles = Array.from({ length: channels }, (_, channel) => {
    const canvas = element('canvas');
    paint(canvas, values, shape, channel, scale);
    const choose = () => selected.choose({ channel });
    return element(
      'button',
      { type: 'button', class: 'tile', 'aria-label': `Channel ${channel}`, onclick: choose },
      canvas,
    );
  });
  const grid = element(
    'div',
    { class: `tiles ${channels > 64 ? 'many' : ''}`, role: 'group', 'aria-label': 'Channels' },
    tiles,
  );
  const enlarged = showPixelMap(values, shape, scale, selected);
  const mark = () => {
    const { channel } = selected.now;
    tiles.forEach((tile, i) => {
      tile.setAttribute('aria-pressed', String(i === channel));
      tile.tabIndex = i === channel ? 0 : -1;
    });
    enlarged.update();
  };
  grid.addEventListener('keydown', (event) => {
    const columns = getComputedStyle(grid).gridTemplateColumns.split(' ').length;
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const next = tiles[selected.now.channel + (steps[event.key] ?? Number.NaN)];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.click();
  });
  mark();
  const forget = selected.watch((now, before) => {
    if (now.layer === before.layer) mark();
  });
  const legend = element(
    'div',
    { class: 'legend' },
    element('span', {}, precise(scale.low)),
    element('i', { style: `background: ${gradientOf(scale.signed)}`, 'aria-hidden': true }),
    element('span', {}, precise(scale.high)),
  );
  return { elements: [enlarged.element, element('div', { class: 'all' }, grid, legend)], forget };
}
