// The demo in process, shortened; and the small network that it stands on.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demo, VGG_MINI } from '../../src/cli/demo.js';
import { openWeights } from '../../src/data/keras/weights-file.js';
import { describeVgg16 } from '../../src/vgg16/vgg16-weights.js';

describe('vgg-mini', () => {
  it("is VGG16 at an eighth of its width, in lesson 1's layout, and says how its kernels lie", async () => {
    const file = await openWeights(VGG_MINI);
    try {
      const { layout, kernelsRotated, orientationSource, note } = file;
      expect({ layout, kernelsRotated, orientationSource, note }).toEqual({
        ...{ layout: 'fastai', kernelsRotated: true, orientationSource: 'attributes', note: undefined },
      });
      expect(describeVgg16(file)).toMatchObject({
        widths: [8, 8, 16, 16, 32, 32, 32, 64, 64, 64, 64, 64, 64],
        denseUnits: [512, 512],
        inputSize: 64,
        hasTop: true,
      });
    } finally {
      await file.close();
    }
  });
});

describe('demo', () => {
  it('tells most drawn cats from dogs after a short finetune, and leaves no drawings behind', async () => {
    const lines: string[] = [];
    const settings = { seed: 7, train: 100, valid: 50, epochs: 20 };
    const { evaluation, folder } = await demo({ ...settings, print: (line) => lines.push(line), say: () => {} });
    expect(evaluation.accuracy).toBeGreaterThan(0.6);
    expect(evaluation.confusion.classes).toEqual(['cat', 'dog']);
    expect(evaluation.confusion.matrix.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual([50, 50]);
    const text = lines.join('\n');
    expect(text).toContain('drawings (not photos)');
    expect(text).toMatch(/conv3x3\/forward \d+/);
    expect(text).toMatch(/cat\/cat\.0\.jpg {2}-> {2}(cat|dog), probability 0\.\d{4}/);
    expect(text).toContain('vggpu finetune --train DIR --valid DIR --weights vgg16.h5 --out FT.h5');
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps the drawings and the model where asked to, and never writes over older ones', async () => {
    const keep = mkdtempSync(join(tmpdir(), 'vggpu-demo-test-'));
    const settings = { keep, seed: 7, train: 4, valid: 2, epochs: 1, print: () => {}, say: () => {} };
    try {
      await demo(settings);
      expect(existsSync(join(keep, 'valid', 'dog', 'dog.1.jpg'))).toBe(true);
      const file = await openWeights(join(keep, 'cats-and-dogs.h5'));
      expect(file.attributes).toMatchObject({ classes: ['cat', 'dog'] });
      await file.close();
      await expect(demo(settings)).rejects.toMatchObject({ code: 'output' });
    } finally {
      rmSync(keep, { recursive: true });
    }
  });
});
