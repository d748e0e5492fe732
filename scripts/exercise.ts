// `npm run exercise 1`: runs a learner's kernel beside the op's naive variant, and says what is wrong, where, and who wrote it.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VggpuError } from '../src/errors.js';
import { conv3x3Forward } from '../src/kernels/conv3x3.js';
import { createGpu, type Gpu } from '../src/kernels/gpu.js';
import { type Kernel, type Pass, passesOf, type Values, variantNamed } from '../src/kernels/kernel.js';
import { matmulNN } from '../src/kernels/matmul.js';
import { run } from '../src/kernels/run.js';
import { openDevice } from '../src/node/open-device.js';
import { shaderFromFile } from '../src/node/shader-files.js';
import { createMapping } from '../src/study/mapping.js';

interface Exercise {
  readonly folder: string;
  readonly kernel: Kernel;
  /** Whose grid and includes the learner's file runs with. */
  readonly variant: string;
  readonly shapes: readonly Values<string>[];
}

const EXERCISES: Readonly<Record<string, Exercise>> = {
  1: {
    ...{ folder: '1-edges', kernel: conv3x3Forward as Kernel, variant: 'naive' },
    shapes: [
      { N: 1, H: 5, W: 6, C: 3, K: 4, pad: 1, relu: 0 },
      { N: 2, H: 4, W: 3, C: 2, K: 3, pad: 0, relu: 1 },
    ],
  },
  4: {
    ...{ folder: '4-tile', kernel: matmulNN as Kernel, variant: 'tiled' },
    shapes: [
      { M: 16, K: 16, N: 16, relu: 0 },
      { M: 19, K: 37, N: 21, relu: 1 },
    ],
  },
};

const ROOT = fileURLToPath(new URL('../exercises/', import.meta.url));
const LEARNER = 'learner.wgsl';
const MOST_SHOWN = 5;

export interface Verdict {
  readonly right: boolean;
  readonly lines: readonly string[];
}

/** Numbers of the exercises there are. */
export const exerciseNumbers: readonly string[] = Object.keys(EXERCISES);

/** Folders under exercises/, to be held against the list above. */
export const exerciseFolders = (): string[] => readdirSync(ROOT);

function exerciseNumbered(number: string): Exercise {
  const found = EXERCISES[number];
  if (found) return found;
  throw new VggpuError('usage', `There is no exercise '${number}'; there are ${exerciseNumbers.join(' and ')}.`);
}

/** The learner's file as it lies on disk. */
export function exerciseText(number: string): string {
  return readFileSync(`${ROOT}${exerciseNumbered(number).folder}/kernel.wgsl`, 'utf8');
}

/** Runs `text` as the kernel of an exercise. */
export async function checkExercise(device: GPUDevice, number: string, text: string): Promise<Verdict> {
  const { folder, kernel, variant, shapes } = exerciseNumbered(number);
  const pass: Pass<string> = { ...passesOf(variantNamed(kernel, variant))[0]!, shader: LEARNER };
  const learner: Kernel = { ...kernel, variants: { ...kernel.variants, learner: { idea: 'the learner’s', ...pass } } };
  const shaderText = (path: string) => (path === LEARNER ? text : shaderFromFile(path));
  const wrong = await compilerMessages(device, [text, ...(pass.include ?? []).map(shaderFromFile)].join('\n'), folder);
  if (wrong.length > 0) return { right: false, lines: wrong };
  const gpu = createGpu(device, { kind: 'cpu', shaderText, debug: true });
  try {
    for (const dims of shapes) {
      const expected = await outputOf(gpu, learner, dims, 'naive');
      const found = await outputOf(gpu, learner, dims, 'learner');
      const lines = differences(createMapping(shaderText, learner, 'learner', dims), dims, expected, found);
      if (lines.length > 0) return { right: false, lines };
    }
  } finally {
    gpu.close();
  }
  return { right: true, lines: [`Right, on ${shapes.length} shapes.`] };
}

async function compilerMessages(device: GPUDevice, code: string, folder: string): Promise<string[]> {
  device.pushErrorScope('validation');
  const { messages } = await device.createShaderModule({ label: folder, code }).getCompilationInfo();
  await device.popErrorScope();
  return messages
    .filter(({ type }) => type === 'error')
    .map(({ lineNum, linePos, message }) => `exercises/${folder}/kernel.wgsl:${lineNum}:${linePos}: ${message}`);
}

async function outputOf(gpu: Gpu, kernel: Kernel, dims: Values<string>, variant: string): Promise<Float32Array> {
  const blocks = Object.fromEntries(
    Object.entries(kernel.elements(dims)).map(([name, count], place) => {
      const block = gpu.pool.take(4 * count, name);
      if (kernel.bindings[name] === 'read') {
        gpu.write(
          block,
          Float32Array.from({ length: count }, (_, i) => Math.sin(1 + place + 7 * i)),
        );
      }
      return [name, block];
    }),
  );
  run(gpu, kernel, dims, blocks, variant);
  const y = new Float32Array(await gpu.read(blocks.y!)).slice(0, kernel.elements(dims).y);
  for (const block of Object.values(blocks)) gpu.pool.give(block);
  return y;
}

/** What differs, by coordinates, with who wrote it according to the learner's own text. */
function differences(
  mapping: ReturnType<typeof createMapping>,
  dims: Values<string>,
  expected: Float32Array,
  found: Float32Array,
): string[] {
  const wrong = [...expected.keys()].filter((i) => !(Math.abs(found[i]! - expected[i]!) <= 1e-4));
  if (wrong.length === 0) return [];
  const shape = Object.entries(dims).map(([name, value]) => `${name} ${value}`);
  const lines = wrong.slice(0, MOST_SHOWN).map((i) => {
    const writer = mapping.writerOf('y', i);
    const by = writer
      ? `written by invocation ${writer.invocation} of workgroup (${writer.workgroup.join(', ')}) in line ${writer.line}`
      : 'which no invocation writes';
    const place = mapping.coordinates('y', i)?.join(', ') ?? String(i);
    return `  y[${place}] is ${found[i]!.toFixed(4)}, expected ${expected[i]!.toFixed(4)}, ${by}`;
  });
  return [`${wrong.length} of ${expected.length} elements of y are wrong at ${shape.join(', ')}:`, ...lines];
}

async function main(number: string | undefined): Promise<void> {
  if (number === undefined) {
    throw new VggpuError(
      'usage',
      `Which exercise? \`npm run exercise 1\`; there are ${exerciseNumbers.join(' and ')}.`,
    );
  }
  const text = exerciseText(number);
  const opened = await openDevice({ robust: true }); // a kernel with a hole may reach anywhere
  const { right, lines } = await checkExercise(opened.device, number, text);
  for (const line of lines) console.log(line);
  await opened.close();
  process.exitCode = right ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv[2]).catch((error: unknown) => {
    if (!(error instanceof VggpuError)) throw error;
    console.error(error.message);
    process.exitCode = error.code === 'usage' ? 2 : 1;
  });
}
