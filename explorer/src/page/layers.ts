// The network as a column: each layer with its shape, parameters, multiply-adds and measured time; one of them is chosen.
import type { LayerFacts } from '../../../src/engine.js';
import { byId, element } from './elements.js';
import { duration, shapeText, short } from './numbers.js';
import type { Selected } from './selection.js';

const KINDS: Readonly<Record<LayerFacts['layer']['kind'], string>> = {
  conv3x3: '3×3 convolution',
  maxPool: '2×2 max-pool',
  globalAveragePool: 'global average',
  flatten: 'flatten',
  standardize: 'standardise',
  dropout: 'dropout',
  dense: 'dense',
  activation: 'activation',
  binaryLogits: 'two logits of one',
};

/** What a layer is, in words. */
export function kindOf({ layer }: LayerFacts): string {
  const activation = 'activation' in layer && layer.activation !== 'linear' ? layer.activation : '';
  if (layer.kind === 'activation') return layer.activation;
  return activation === '' ? KINDS[layer.kind] : `${KINDS[layer.kind]}, ${activation === 'relu' ? 'ReLU' : activation}`;
}

export interface LayerColumn {
  /** Shows milliseconds for each layer; undefined: not measured, or nothing to run. */
  showTimes(times: readonly (number | undefined)[], note: string): void;
  say(note: string): void;
}

/** Fills the column. Arrow keys go from layer to layer. */
export function showLayers(layers: readonly LayerFacts[], selected: Selected): LayerColumn {
  const list = byId('layers');
  const rows = layers.map((facts, i) => {
    const time = element('span', { class: 'time' });
    const bar = element('i');
    const counts = [
      facts.parameters > 0 && `${short(facts.parameters)} parameters`,
      facts.multiplyAdds > 0 && `${short(facts.multiplyAdds)} multiply-adds`,
    ];
    const button = element(
      'button',
      { type: 'button', onclick: () => selected.choose({ layer: i }) },
      element('span', { class: 'name' }, facts.layer.name),
      element('span', { class: 'shape' }, shapeText(facts.output)),
      element('span', { class: 'kind' }, kindOf(facts)),
      time,
      element('span', { class: 'counts' }, counts.filter(Boolean).join(', ')),
      element('span', { class: 'bar', 'aria-hidden': true }, bar),
    );
    return { button, time, bar };
  });
  list.replaceChildren(...rows.map(({ button }) => element('li', {}, button)));
  list.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const next = rows[selected.now.layer + step];
    if (step === 0 || !next) return;
    event.preventDefault();
    next.button.focus();
    next.button.click();
  });
  const mark = () => {
    rows.forEach(({ button }, i) => {
      const chosen = i === selected.now.layer;
      button.setAttribute('aria-pressed', String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    });
  };
  mark();
  selected.watch(mark);
  const note = byId('network-note');
  return {
    showTimes(times, said) {
      const most = Math.max(...times.map((time) => time ?? 0));
      rows.forEach(({ time, bar }, i) => {
        const own = times[i];
        time.textContent = own === undefined ? '' : duration(own);
        bar.style.width = own === undefined ? '0' : `${(100 * own) / most}%`;
      });
      note.textContent = said;
    },
    say(said) {
      note.textContent = said;
    },
  };
}
