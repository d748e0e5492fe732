// One channel enlarged: the pixel under the pointer is read out, a click or the arrow keys choose one.
import { paint, type Scale } from './colours.js';
import { element } from './elements.js';
import { precise } from './numbers.js';
import type { Selected } from './selection.js';

export interface PixelMap {
  readonly element: HTMLElement;
  /** Paints the chosen channel and frames the chosen pixel. */
  update(): void;
}

export function showPixelMap(
  values: Float32Array,
  shape: readonly [height: number, width: number, channels: number],
  scale: Scale,
  selected: Selected,
): PixelMap {
  const [height, width, channels] = shape;
  const canvas = element('canvas', { tabindex: 0, role: 'img' });
  const frame = element('i', { class: 'frame', 'aria-hidden': true });
  const readout = element('p', { class: 'readout number', role: 'status' });
  const valueAt = (row: number, column: number) => values[(row * width + column) * channels + selected.now.channel]!;
  const read = (row: number, column: number) =>
    `channel ${selected.now.channel}, row ${row}, column ${column}: ${precise(valueAt(row, column))}`;

  function pixelAt({ clientX, clientY }: MouseEvent): { row: number; column: number } {
    const { left, top, width: across, height: down } = canvas.getBoundingClientRect();
    const place = (part: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(part * count)));
    return { row: place((clientY - top) / down, height), column: place((clientX - left) / across, width) };
  }

  function update(): void {
    const { channel, row, column } = selected.now;
    paint(canvas, values, shape, channel, scale);
    canvas.setAttribute('aria-label', `Channel ${channel}, enlarged: choose a pixel with the arrow keys`);
    frame.style.cssText = `left: ${(100 * column) / width}%; top: ${(100 * row) / height}%; width: ${100 / width}%; height: ${100 / height}%`;
    readout.textContent = read(row, column);
  }

  canvas.addEventListener('click', (event) => selected.choose(pixelAt(event)));
  canvas.addEventListener('pointermove', (event) => {
    const { row, column } = pixelAt(event);
    readout.textContent = read(row, column);
  });
  canvas.addEventListener('pointerleave', () => update());
  canvas.addEventListener('keydown', (event) => {
    const steps: Record<string, readonly [number, number]> = {
      ...{ ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] },
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const { row, column } = selected.now;
    const within = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
    selected.choose({ row: within(row + step[0], height), column: within(column + step[1], width) });
  });
  const shown = element(
    'div',
    { class: 'enlarged' },
    element('div', { class: 'canvas', style: `aspect-ratio: ${width} / ${height}` }, canvas, frame),
    readout,
  );
  return { element: shown, update };
}
