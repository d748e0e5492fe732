// An op or a whole job of TensorFlow.js as an entrant: on every backend, in both of its settings where they count.
import type { Gpu } from '../../src/kernels/gpu.js';
import type { Context, Entrant, Runner } from '../case.js';
import type { TensorFlow, TensorFlowBackend, TensorFlowTensor } from './tensorflow.js';

/** An op, to be called again and again. */
export interface TensorFlowOp {
  (): TensorFlowTensor;
  /** Whether a result is two in a row: the loss of a step, and of the one after it. */
  readonly pair?: boolean;
  /** Frees what outlives a scope: variables. */
  readonly dispose?: () => void;
}

/** The settings of WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE, its default first. */
const TRANSPOSES = [
  { naive: true, label: '' },
  { naive: false, label: ', matmul transpose' },
] as const;

/**
 * An op on every backend.
 * @param make uploads the inputs and gives the op
 * @param transposed whether the WebGPU backend has two ways of doing it
 */
export function tensorFlowEntrants(
  { gpu, tensorflow }: Pick<Context, 'gpu' | 'tensorflow'>,
  make: (tf: TensorFlow) => TensorFlowOp,
  transposed = false,
): Entrant[] {
  return tensorflow.flatMap((backend) =>
    (transposed && backend.kind === 'webgpu' ? TRANSPOSES : TRANSPOSES.slice(0, 1)).map(
      ({ naive, label }): Entrant => ({
        name: `${backend.name}${label}`,
        ...{ peer: true, chosen: false, precision: 'f32' },
        ...(backend.pace && { pace: backend.pace }),
        open: () => openOp(gpu, backend, naive, make),
      }),
    ),
  );
}

async function openOp(
  gpu: Gpu,
  backend: TensorFlowBackend,
  naive: boolean,
  make: (tf: TensorFlow) => TensorFlowOp,
): Promise<Runner> {
  const { tf } = backend;
  const select = async () => {
    await backend.select();
    tf.env().set('WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE', naive);
  };
  await select();
  tf.engine().startScope();
  let last: TensorFlowTensor | undefined;
  let op: TensorFlowOp;
  try {
    op = make(tf);
  } catch (error) {
    tf.engine().endScope();
    throw error;
  }
  const once = () => {
    last?.dispose();
    last = undefined;
    last = op();
  };
  const timed = backend.kind === 'webgpu' && gpu.profiler.timed;
  return {
    select,
    async go(times) {
      for (let i = 0; i < times; i++) once();
      await backend.finish();
    },
    check: () => gpu.finish(),
    async result() {
      const data = (await last!.data()) as Float32Array;
      if (op.pair) once();
      const result = op.pair ? Float32Array.of(data[0]!, (await last!.data())[0]!) : data;
      await gpu.finish();
      return result;
    },
    ...(timed && {
      async kernelTimes(times: number) {
        const found: number[] = [];
        for (let i = 0; i < times; i++) found.push(await kernelTime(tf, once));
        return found;
      },
    }),
    async close() {
      await select();
      op.dispose?.();
      tf.engine().endScope();
    },
  };
}

/** Milliseconds of the device's clock for all programs of an op, as the backend's own timer has them. */
async function kernelTime(tf: TensorFlow, op: () => void): Promise<number> {
  const { kernelMs } = await tf.time(op);
  return typeof kernelMs === 'number' ? kernelMs : Number.NaN;
}
