// What a profiler writes down: dispatches, stretches of the host's time, and both between two moments.
import { cost, type Kernel, type Values } from './kernel.js';
import type { Clock } from './timestamps.js';

/** What one run of a kernel is, for all of its dispatches. */
export interface RunFacts {
  /** As its descriptor names it, for example 'conv3x3/forward'. */
  readonly kernel: string;
  readonly variant: string;
  readonly dims: Readonly<Record<string, number>>;
  /** Floating-point operations of the formula. */
  readonly flops: number;
  /** Bytes if every operand moves once. */
  readonly bytes: number;
}

/** One dispatch. Times are nanoseconds of the host's clock (`performance.now() * 1e6`), undefined without timestamp queries. */
export interface DispatchRecord extends RunFacts {
  /** Of the formula, on the first dispatch of a run and 0 on its other passes: sums over records are right. */
  readonly flops: number;
  /** As `flops`. */
  readonly bytes: number;
  /** Number of the run of a kernel, from 0: the passes of one run share it. */
  readonly run: number;
  /** The pass of the variant: its shader's file under `shaders/`. */
  readonly pass: string;
  /** What the dispatch was for, as `phase` says; 'other' where nobody did. */
  readonly phase: string;
  /** Number of the command buffer that it was submitted in, from 0. */
  readonly submit: number;
  /** In x, y and z. */
  readonly workgroups: readonly [number, number, number];
  readonly startNs: number | undefined;
  readonly endNs: number | undefined;
}

/** A named stretch of the host's time, in nanoseconds of its clock. */
export interface HostSpan {
  readonly name: string;
  /** 'loop' for what the program waits for; anything else ran beside it, as the threads that decode do. */
  readonly thread: string;
  readonly startNs: number;
  readonly endNs: number;
  /** Bytes that it moved; 0 where that says nothing. */
  readonly bytes: number;
}

/** What was recorded between two moments. */
export interface Profile {
  /** In the order of the queue. */
  readonly records: readonly DispatchRecord[];
  /** In the order in which they ended. */
  readonly spans: readonly HostSpan[];
  readonly counts: { readonly dispatches: number; readonly submits: number };
  /** Steps of training, and the dispatches and submits of all of them together. */
  readonly steps: { readonly count: number; readonly dispatches: number; readonly submits: number };
  /** Bytes written to the device, and read back from it. */
  readonly bytes: { readonly uploaded: number; readonly read: number };
  /** The host's time at the beginning and at the end, in nanoseconds. */
  readonly startNs: number;
  readonly endNs: number;
  /** The relation of the two clocks; undefined where the device has no timestamp queries, and the records no times. */
  readonly clock: Clock | undefined;
}

/** What the profiler notes of one run of a kernel at dims `d`. */
export function factsOf<D extends string>(kernel: Kernel<D>, variant: string, d: Values<D>): RunFacts {
  const dims = Object.fromEntries(kernel.dims.map((name) => [name, d[name]]));
  return { kernel: kernel.name, variant, dims, ...cost(kernel, d) };
}
