// A model's table as Keras prints it.
import type { Shape } from '../autograd/tensor.js';
import type { KerasLayer } from './keras-layers.js';
import type { Lowered } from './lowering.js';
import { describeLayers } from './specification.js';

const LINE = 65;

/** Layers with their classes, output shapes and parameters, then the totals. */
export function summaryOf(name: string, layers: readonly KerasLayer[], { spec, layerOf, shapes }: Lowered): string {
  const facts = describeLayers(spec);
  const number = (value: number) => value.toLocaleString('en-US');
  const shape = (sizes: Shape) => `(None, ${sizes.join(', ')})`;
  const parametersOf = (i: number) => (layerOf[i] === undefined ? 0 : facts[layerOf[i]]!.parameters);
  const total = (counts: (layer: KerasLayer) => boolean) =>
    layers.reduce((sum, layer, i) => sum + (counts(layer) ? parametersOf(i) : 0), 0);
  const row = (first: string, second: string, third: string) => `${first.padEnd(33)} ${second.padEnd(20)} ${third}`;
  const rows = layers.map((layer, i) =>
    row(`${layer.name} (${layer.className})`, shape(shapes[i]!), number(parametersOf(i))),
  );
  return [
    `Model: "${name}"`,
    '_'.repeat(LINE),
    row('Layer (type)', 'Output Shape', 'Param #'),
    '='.repeat(LINE),
    ...rows,
    '='.repeat(LINE),
    `Total params: ${number(total(() => true))}`,
    `Trainable params: ${number(total(({ trainable }) => trainable !== false))}`,
    `Non-trainable params: ${number(total(({ trainable }) => trainable === false))}`,
    '_'.repeat(LINE),
  ].join('\n');
}
