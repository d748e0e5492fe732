// A tiny VGG16 with random weights, and folders of reddish and bluish noise for it to tell apart.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { vgg16 } from '../../src/nn/vgg16.js';
import { writeSample } from '../data/keras/samples.js';
import { randomWeights } from '../nn/small-network.js';
import { seeded } from '../random.js';

/** VGG16 for pictures of 32 pixels, 4 to 8 channels wide, with five classes. */
export const tinySpec = vgg16({
  inputSize: 32,
  filters: [4, 4, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8],
  units: [16, 16, 5],
});

/**
 * Writes the network as Keras 1 on TensorFlow would. Each convolution passes its first channels on, beside some noise: so
 * that colours reach the dense layers, which they do not through 13 layers of noise alone.
 * @returns the path
 */
export async function writeTinyVgg16(path: string): Promise<string> {
  const weights = randomWeights(tinySpec, 1, 0.2, 0.1);
  for (const { shape, kernel } of weights) {
    const [, , inputs = 0, outputs = 0] = shape;
    if (shape.length !== 4) continue;
    for (let c = 0; c < Math.min(inputs, outputs); c++)
      kernel[(4 * inputs + c) * outputs + c]! += inputs === 3 ? 0.02 : 1;
  }
  const layers = tinySpec.layers.filter(({ kind }) => kind === 'conv3x3' || kind === 'dense');
  return writeSample(
    path,
    layers.map(({ name }, i) => ({ name, ...weights[i]! })),
    {},
  );
}

/** Writes one picture of noise, in which red or blue is bright. */
async function writeNoise(path: string, blue: boolean, seed: number): Promise<void> {
  const random = seeded(seed);
  const [width, height] = [random.integer(20, 50), random.integer(20, 50)];
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = random.integer(0, 128) + (i % 3 === (blue ? 2 : 0) ? 110 : 0);
  mkdirSync(dirname(path), { recursive: true });
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(path);
}

/** Writes `count` pictures of each class below `root`: blue/0.png, red/0.jpg, ... */
export async function writeSet(root: string, count: number, seed: number, classes = ['blue', 'red']): Promise<string> {
  for (const [c, name] of classes.entries()) {
    for (let i = 0; i < count; i++) {
      await writeNoise(join(root, name, `${i}.${i % 2 ? 'jpg' : 'png'}`), name === 'blue', seed + 1000 * c + i);
    }
  }
  return root;
}

/** Cuts a picture short, so that it cannot be decoded. */
export function damage(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length / 2)));
}
