// A case of one op at some dims: every variant that takes them, and the same op elsewhere, judged by elements in float64.
import type { Block } from '../src/kernels/buffers.js';
import type { Gpu } from '../src/kernels/gpu.js';
import { accepts, cost, type Kernel } from '../src/kernels/kernel.js';
import { run } from '../src/kernels/run.js';
import type { Case, Context, Entrant, OpenCase, Precision, Runner } from './case.js';
import { fromHalves, roundedToHalves, toHalves } from './halves.js';
import { judgeSpots } from './judge.js';
import { kernelTimesOf } from './kernel-times.js';
import { numbers } from './numbers.js';
import { type OnnxOp, onnxEntrant } from './peers/onnxruntime.js';
import type { TensorFlow } from './peers/tensorflow.js';
import { type TensorFlowOp, tensorFlowEntrants } from './peers/tensorflow-entrants.js';

/** The contents of the bindings that an op reads or updates. Labels are u32. */
export type Inputs = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

export interface KernelCase {
  readonly kernel: Kernel;
  /** Dims that it has beyond these are 0. */
  readonly dims: Readonly<Record<string, number>>;
  readonly shape: string;
  readonly importance: number;
  /** The binding that is compared. */
  readonly output: string;
  /** Variants left out, because they take minutes here and tell nothing. */
  readonly skip?: readonly string[];
  readonly tolerance: number;
  /** Bindings that hold float16, two to a word, an even number of them. */
  readonly halves?: readonly string[];
  /** Bindings that stay as they are, as the weights of a frozen layer do: what a variant prepares of them, it prepares once. */
  readonly constant?: readonly string[];
  /**
   * How an op on more pictures than the device runs at once is done in parts, as a network does: the number of parts, and the bindings that
   * hold a part of the N pictures each.
   */
  readonly parts?: { readonly count: number; readonly bindings: readonly string[] };
  /** Inputs that are not any numbers. */
  readonly inputs?: (numbers: Inputs) => Inputs;
  /** Element `i` of the output, computed in float64. */
  readonly spot: (inputs: Inputs, i: number) => number;
  /** Uploads the inputs and gives the op on them, to be called again and again. Absent where TensorFlow.js has no such op. */
  readonly tensorflow?: (tf: TensorFlow, inputs: Inputs) => TensorFlowOp;
  /** Whether TensorFlow.js' naive transposed convolution does this op otherwise. */
  readonly transposed?: boolean;
  readonly onnx?: (inputs: Inputs) => OnnxOp;
}

/** Makes a case of an op; undefined where the device has no variant that takes it, or cannot bind its tensors. */
export function kernelCase(gpu: Gpu, about: KernelCase): Case | undefined {
  const { kernel, shape, importance } = about;
  const dims = Object.fromEntries(
    [...kernel.dims, ...(kernel.scalars ?? [])].map((name) => [name, about.dims[name] ?? 0]),
  );
  const sizes = Object.entries<number>(kernel.elements(dims));
  const { maxStorageBufferBindingSize } = gpu.capabilities.limits;
  if (sizes.some(([, elements]) => elements * 4 > maxStorageBufferBindingSize)) return undefined;
  const part = dimsOfPart({ ...about, dims });
  const variants = Object.keys(kernel.variants).filter((name) =>
    accepts(kernel.variants[name]!, part, gpu.capabilities),
  );
  if (variants.length === 0) return undefined;
  const chosen = gpu.choices.variant(kernel, part, gpu.capabilities);
  const shown = variants.filter((name) => name === chosen || !about.skip?.includes(name));
  return {
    op: kernel.name,
    shape,
    importance,
    ...cost(kernel, dims),
    open: async (context) => openKernelCase(context, { ...about, dims }, shown, chosen),
  };
}

/** The dims of one part of the pictures. */
function dimsOfPart({ dims, parts }: KernelCase): Readonly<Record<string, number>> {
  return parts ? { ...dims, N: dims.N! / parts.count } : dims;
}

function openKernelCase(context: Context, about: KernelCase, variants: readonly string[], chosen: string): OpenCase {
  const { gpu } = context;
  const { kernel, dims, output, halves = [] } = about;
  const words = kernel.elements(dims) as Readonly<Record<string, number>>;
  const valuesOf = (name: string) => words[name]! * (halves.includes(name) ? 2 : 1);
  const filled: Record<string, Float32Array<ArrayBuffer>> = {};
  for (const [name, access] of Object.entries(kernel.bindings)) {
    if (access === 'write') continue;
    const values = numbers(valuesOf(name), name.length + valuesOf(name));
    filled[name] = halves.includes(name) ? roundedToHalves(values) : values;
  }
  const inputs = about.inputs?.(filled) ?? filled;
  const blocks: Record<string, Block[]> = {};
  for (const [name, elements] of Object.entries(words)) {
    const count = about.parts?.bindings.includes(name) ? about.parts.count : 1;
    const values = inputs[name];
    blocks[name] = Array.from({ length: count }, (_, part) => {
      const block = gpu.pool.take((4 * elements) / count, name);
      const own = values?.subarray((part * values.length) / count, ((part + 1) * values.length) / count);
      if (own) gpu.write(block, halves.includes(name) ? toHalves(own) : own);
      return block;
    });
  }
  const precision: Precision = halves.length > 0 ? 'f16' : 'f32';
  const ours = variants.map(
    (name): Entrant => ({
      ...{ name, peer: false, chosen: name === chosen, precision },
      open: async () => openVariant(context, about, name, { blocks, inputs }),
    }),
  );
  const { tensorflow, transposed = false, onnx } = about;
  const peers = tensorflow ? tensorFlowEntrants(context, (tf) => tensorflow(tf, inputs), transposed) : [];
  if (onnx && context.onnx) peers.push(onnxEntrant(context.onnx, () => onnx(inputs)));
  return {
    entrants: [...ours, ...peers],
    judge: (result) => judgeSpots(result, valuesOf(output), (i) => about.spot(inputs, i), about.tolerance),
    async close() {
      for (const block of Object.values(blocks).flat()) gpu.pool.give(block);
    },
  };
}

function openVariant(
  { gpu }: Context,
  about: KernelCase,
  name: string,
  { blocks, inputs }: { readonly blocks: Readonly<Record<string, readonly Block[]>>; readonly inputs: Inputs },
): Runner {
  const { kernel, output, halves = [], constant = [] } = about;
  const dims = dimsOfPart(about);
  const parts = Array.from({ length: about.parts?.count ?? 1 }, (_, part) =>
    Object.fromEntries(Object.entries(blocks).map(([binding, own]) => [binding, own[part] ?? own[0]!])),
  );
  // An op that updates starts from the same numbers in every variant, and none can pass with the result of the one before.
  for (const [binding, access] of Object.entries(kernel.bindings)) {
    for (const block of blocks[binding]!) {
      if (access === 'update') gpu.write(block, inputs[binding]!);
      else if (access === 'write') gpu.write(block, new Float32Array(block.bytes / 4).fill(Number.NaN));
    }
  }
  const go = async (times: number) => {
    for (let i = 0; i < times; i++) for (const part of parts) run(gpu, kernel, dims, part, name, constant);
    await gpu.finish();
  };
  return {
    go,
    check: async () => {},
    async result() {
      const made: Float32Array[] = [];
      for (const block of blocks[output]!) {
        const bytes = await gpu.read(block);
        made.push(halves.includes(output) ? fromHalves(bytes) : new Float32Array(bytes));
      }
      return made.length === 1 ? made[0]! : joined(made);
    },
    ...(gpu.profiler.timed && { kernelTimes: (times: number) => kernelTimesOf(gpu, times, () => go(1)) }),
    close: async () => {},
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
