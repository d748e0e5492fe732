// What the bench measures: a case is one piece of work, an entrant one way of doing it, here or elsewhere.
import type { Gpu } from '../src/kernels/gpu.js';
import type { AdapterFacts } from '../src/node/open-device.js';
import type { OnnxRuntime } from './peers/onnxruntime.js';
import type { TensorFlowBackend } from './peers/tensorflow.js';
import type { Shared } from './shared.js';

export type Precision = 'f32' | 'f16';

/** What cases are opened with. */
export interface Context {
  readonly gpu: Gpu;
  readonly info: AdapterFacts;
  /** TensorFlow.js' backends: WebGPU on the same device, and on software adapters wasm. Empty where peers are left out. */
  readonly tensorflow: readonly TensorFlowBackend[];
  /** ONNX Runtime on the CPU; on software adapters only, and where it is installed. */
  readonly onnx: OnnxRuntime | undefined;
  /** What several cases use, made once. */
  readonly shared: Shared;
  /** A folder of pictures for the job that reads them; drawings where it is absent. */
  readonly photos?: string | undefined;
  /** A weights file for that job. */
  readonly weights?: string | undefined;
}

/** One piece of work. */
export interface Case {
  /** 'conv3x3/forward', 'job/vgg16_forward'. */
  readonly op: string;
  /** 'conv3_2 1x56x56x256 -> 256'. */
  readonly shape: string;
  /** Floating-point operations and bytes of one run, as the op's formula has them. */
  readonly flops: number;
  readonly bytes: number;
  /** Pictures of one run, where the work is reckoned in pictures. */
  readonly pictures?: number;
  /** Where time is short, cases with a smaller number run first. */
  readonly importance: number;
  open(context: Context): Promise<OpenCase>;
}

/** A case whose inputs are there. */
export interface OpenCase {
  readonly entrants: readonly Entrant[];
  /** Compares a result with float64, or with the first entrant's. */
  judge(result: Float32Array, entrant: Entrant): Judgement;
  /** Whether a result takes more than reading it back: that time is then not given. */
  readonly readsMore?: boolean;
  close(): Promise<void>;
}

/** How far a result is from the right one, and what is wrong with it. */
export interface Judgement {
  /** The largest difference seen, relative to the RMS of the result. */
  readonly error: number;
  readonly wrong?: string;
}

/** One way of doing a case's work. */
export interface Entrant {
  /** The variant's name, or the peer's. */
  readonly name: string;
  readonly peer: boolean;
  /** Whether the engine takes this variant by itself. */
  readonly chosen: boolean;
  readonly precision: Precision;
  /** Floating-point operations it makes a second, where known, in 1e9: what would take too long is not begun. */
  readonly pace?: () => Promise<number | undefined>;
  /** @throws where it cannot do the case */
  open(): Promise<Runner>;
}

/** An entrant that is ready to run. */
export interface Runner {
  /** Before each sample, not timed. */
  select?(): Promise<void>;
  /** Does the work `times` times and waits until it is done; nothing is read back, unless the work says so. */
  go(times: number): Promise<void>;
  /** After each sample, not timed. @throws what the device reported */
  check(): Promise<void>;
  /** The result of the last run, read back; of training, its loss and the next step's. */
  result(): Promise<Float32Array>;
  /** Milliseconds that the device's own clock gives for each of some runs. Absent where it has none. */
  kernelTimes?(times: number): Promise<number[]>;
  close(): Promise<void>;
}

/** As `--filter` finds it. */
export const nameOf = ({ op, shape }: Pick<Case, 'op' | 'shape'>): string => `${op} ${shape}`;
