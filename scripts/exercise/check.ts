// Runs a learner's kernel beside one that is right, and says what is wrong, where, and who wrote it.
import { fromFloat16, toFloat16 } from '../../src/data/shards/float16.js';
import type { Gpu } from '../../src/kernels/gpu.js';
import { type Kernel, passesOf, scratchOf, type Values, type Variant, variantNamed } from '../../src/kernels/kernel.js';
import { multipliesHalves } from '../../src/kernels/matrix-units.js';
import { run } from '../../src/kernels/run.js';
import { createMapping, type Mapping } from '../../src/study/mapping.js';
import type { Exercise } from './exercises.js';
import { withoutMatrixUnits } from './without-matrix-units.js';

const LEARNER = 'learner.wgsl';
const MOST_SHOWN = 5;

export interface Verdict {
  readonly right: boolean;
  readonly lines: readonly string[];
}

/**
 * Runs `text` as the kernel of an exercise.
 * @param gpu in debug mode, so that elements that nobody writes are wrong; without matrix units, matrices lie in plain variables on it
 */
export async function checkExercise(gpu: Gpu, exercise: Exercise, text: string): Promise<Verdict> {
  const { compared, folder, shapes } = exercise;
  const shaderText = (path: string) => (path === LEARNER ? text : gpu.shaderText(path));
  const compiled = multipliesHalves(gpu.capabilities)
    ? shaderText
    : (path: string) => withoutMatrixUnits(shaderText(path));
  const own: Gpu = { ...gpu, cache: new Map(), shaderText: compiled };
  const kernel = withLearner(exercise);
  const { include = [] } = passesOf(kernel.variants.learner!).find(({ shader }) => shader === LEARNER)!;
  const messages = await compilerMessages(own, [LEARNER, ...include], folder);
  if (messages.length > 0) return { right: false, lines: messages };
  for (const dims of shapes) {
    const expected = await comparedOf(own, kernel, exercise, dims, compared.rightBy);
    const found = await comparedOf(own, kernel, exercise, dims, 'learner');
    const lines = differences(createMapping(shaderText, kernel, 'learner', dims), exercise, expected, found);
    if (lines.length > 0) return { right: false, lines };
  }
  return { right: true, lines: [`Right, on ${shapes.length} shapes.`] };
}

/** The op with the learner's variant, and with what is compared among its bindings: scratch is gone after a run. */
function withLearner({ kernel, variant, shader, consts, compared }: Exercise): Kernel {
  const real = variantNamed(kernel, variant);
  const { tensor } = compared;
  const bound = (own: Variant<string>): Variant<string> => {
    if (!('passes' in own)) return own;
    const { [tensor]: _, ...scratch } = own.scratch ?? {};
    return { ...own, scratch };
  };
  const passes = passesOf(real).map((pass) => {
    if (pass.shader !== (shader ?? pass.shader)) return pass;
    return { ...pass, shader: LEARNER, consts: { ...pass.consts, ...consts } };
  });
  const { scratch = {}, sheets = [] } = 'passes' in real ? real : {};
  return {
    ...kernel,
    bindings: { ...kernel.bindings, [tensor]: 'write' },
    elements: (d) => {
      const own = kernel.elements(d);
      return { ...own, [tensor]: own[tensor] ?? scratchOf(real, d)[tensor]! };
    },
    variants: {
      ...kernel.variants,
      [variant]: bound(real),
      learner: bound({ idea: 'the learner’s', passes, scratch, sheets }),
    },
  };
}

async function compilerMessages({ device, shaderText }: Gpu, files: string[], folder: string): Promise<string[]> {
  const code = files.map(shaderText).join('\n');
  device.pushErrorScope('validation');
  const { messages } = await device.createShaderModule({ label: folder, code }).getCompilationInfo();
  await device.popErrorScope();
  return messages
    .filter(({ type }) => type === 'error')
    .map(({ lineNum, linePos, message }) => `exercises/${folder}/kernel.wgsl:${lineNum}:${linePos}: ${message}`);
}

/** What is compared, as a variant makes it. */
async function comparedOf(
  gpu: Gpu,
  kernel: Kernel,
  { compared: { tensor }, halves = [] }: Exercise,
  dims: Values<string>,
  variant: string,
): Promise<Float32Array> {
  const sizes = kernel.elements(dims);
  const blocks = Object.fromEntries(
    Object.keys(kernel.bindings).map((name, place) => {
      const words = sizes[name]!;
      const block = gpu.pool.take(4 * words, name);
      if (kernel.bindings[name] === 'read') {
        const half = halves.includes(name);
        const values = Float32Array.from({ length: half ? 2 * words : words }, (_, i) => Math.sin(1 + place + 7 * i));
        gpu.write(block, half ? toFloat16(values) : values);
      }
      return [name, block];
    }),
  );
  run(gpu, kernel, dims, blocks, variant);
  const bytes = await gpu.read(blocks[tensor]!, 0, 4 * sizes[tensor]!);
  for (const block of Object.values(blocks)) gpu.pool.give(block);
  if (!halves.includes(tensor)) return new Float32Array(bytes);
  const values = new Float32Array(bytes.byteLength / 2);
  fromFloat16(new Uint16Array(bytes), values);
  return values;
}

/** What differs, by coordinates, with who wrote it according to the learner's own text. */
function differences(
  mapping: Mapping,
  { compared: { tensor }, halves = [] }: Exercise,
  expected: Float32Array,
  found: Float32Array,
): string[] {
  const half = halves.includes(tensor);
  // Either of two sums that differ in their last bits may be rounded to either neighbouring half.
  const most = (value: number) => (half ? 1e-3 + 2 ** -9 * Math.abs(value) : 1e-4);
  const wrong = [...expected.keys()].filter((i) => !(Math.abs(found[i]! - expected[i]!) <= most(expected[i]!)));
  if (wrong.length === 0) return [];
  const shape = Object.entries(mapping.run.dims).map(([name, value]) => `${name} ${value}`);
  const lines = wrong.slice(0, MOST_SHOWN).map((i) => {
    const writer = mapping.writerOf(tensor, half ? Math.floor(i / 2) : i); // halves lie two to a word
    const by = writer
      ? `written by invocation ${writer.invocation} of workgroup (${writer.workgroup.join(', ')}) in line ${writer.line}`
      : 'which no invocation writes';
    const place = mapping.coordinates(tensor, i)?.join(', ') ?? String(i);
    return `  ${tensor}[${place}] is ${found[i]!.toFixed(4)}, expected ${expected[i]!.toFixed(4)}, ${by}`;
  });
  return [`${wrong.length} of ${expected.length} elements of ${tensor} are wrong at ${shape.join(', ')}:`, ...lines];
}
