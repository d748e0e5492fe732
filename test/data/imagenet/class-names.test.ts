// ImageNet's class names against the index that Keras publishes.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { imagenetClasses } from '../../../src/data/imagenet/class-names.js';

const INDEX = fileURLToPath(new URL('../../../../shared/data/imagenet_class_index.json', import.meta.url));

it('has 1,000 classes in the order of their WordNet ids', () => {
  const classes = imagenetClasses();
  expect(classes).toHaveLength(1000);
  for (const { wnid, name } of classes) {
    expect(wnid).toMatch(/^n\d{8}$/);
    expect(name).toMatch(/^\S+$/);
  }
  const wnids = classes.map(({ wnid }) => wnid);
  expect(wnids).toEqual([...new Set(wnids)].sort());
  expect(classes[281]).toEqual({ wnid: 'n02123045', name: 'tabby' });
  expect(classes[999]?.name).toBe('toilet_tissue');
});

const absent = !existsSync(INDEX);
if (absent) console.warn('SKIPPED: ImageNet class names against the published index, since ../shared/data is absent');
it.skipIf(absent)('agrees with the published index', () => {
  const published = JSON.parse(readFileSync(INDEX, 'utf8')) as Record<string, [string, string]>;
  const ours = Object.fromEntries(imagenetClasses().map(({ wnid, name }, index) => [String(index), [wnid, name]]));
  expect(ours).toEqual(published);
});
