// A kernel with an edited pass is what it was in all else: its text as it stands comes to the same bits, whatever scratch its passes share.
import { expect, it } from 'vitest';
import { withEdited } from '../../explorer/src/engine/edited.js';
import type { Block } from '../../src/kernels/buffers.js';
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { accepts, type Kernel, passesOf } from '../../src/kernels/kernel.js';
import { programText } from '../../src/kernels/program.js';
import { run } from '../../src/kernels/run.js';
import { useGpu } from '../gpu.js';
import { seeded } from '../random.js';

const gpu = useGpu({ debug: true });
const d = { N: 1, H: 8, W: 8, C: 8, K: 16, pad: 1, relu: 1 };
const kernel = conv3x3Forward as unknown as Kernel;

async function resultOf(on: Gpu, ofKernel: Kernel, variant: string): Promise<Float32Array> {
  const random = seeded(5);
  const blocks: Record<string, Block> = {};
  for (const [name, count] of Object.entries(conv3x3Forward.elements(d))) {
    blocks[name] = on.pool.take(4 * count, name);
    on.write(blocks[name], random.floats(count));
  }
  run(on, ofKernel, d, blocks, variant);
  const y = new Float32Array(await on.read(blocks.y!));
  for (const block of Object.values(blocks)) on.pool.give(block);
  return y;
}

it.for(['register', 'winograd4', 'winograd4_subgroup4', 'winograd4_sheets'])('%s', async (variant, { skip }) => {
  const real = kernel.variants[variant]!;
  skip(!accepts(real, d, gpu().capabilities), 'this adapter does not run it');
  const expected = await resultOf(gpu(), kernel, variant);
  expect(expected.some((value) => value > 0)).toBe(true);
  for (const [pass, { prepares: _, ...own }] of passesOf(real).entries()) {
    const edited = withEdited(gpu(), kernel, variant, pass, programText(gpu(), own));
    expect(await resultOf(edited.gpu, edited.kernel, 'edited'), own.shader).toEqual(expected);
  }
});
