// The order of pictures in an epoch, and what a model takes from elsewhere.
import { expect, it } from 'vitest';
import type { KerasLayer as FileLayer } from '../../src/data/keras/architecture.js';
import { shuffled } from '../../src/nn/epochs.js';
import { Sequential } from '../../src/nn/sequential.js';

it('an order holds every place once, and is drawn from seed and epoch', () => {
  const order = shuffled(100, 1, 2);
  expect([...order].sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
  expect(shuffled(100, 1, 2)).toEqual(order);
  expect(shuffled(100, 1, 3)).not.toEqual(order);
  expect(shuffled(100, 2, 2)).not.toEqual(order);
  expect(shuffled(0, 1, 1)).toEqual([]);
});

it('orders are equally likely', () => {
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < 3000; epoch++) {
    const order = shuffled(3, 5, epoch).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
  expect(chiSquared, '5 degrees of freedom: 20.5 once in a thousand').toBeLessThan(20.5);
});

it('layers as files describe them make a model', () => {
  const layers: readonly FileLayer[] = [
    { className: 'Conv2D', name: 'first', filters: 4, padding: 'same', activation: 'relu', trainable: false },
    { className: 'GlobalAveragePooling2D', name: 'mean' },
    { className: 'Dense', name: 'last', units: 2, activation: 'softmax' },
  ];
  const model = new Sequential({ layers, inputSize: 12 });
  expect(model.spec.inputSize).toBe(12);
  expect(model.spec.layers.map(({ name }) => name)).toEqual(['first', 'mean', 'last']);
  expect(model.layers.map(({ trainable }) => trainable)).toEqual([false, true, true]);
});
