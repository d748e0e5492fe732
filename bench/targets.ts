// What the kernels must reach: ratios to TensorFlow.js' WebGPU backend by kind of adapter, and on a large GPU shares of its ceiling.
import { nameOf } from './case.js';
import { compare, convolutionGradient, convolutionsForward, single, type Work } from './ratios.js';
import type { Report, Row } from './report.js';

/** Ratios that are asked of lavapipe, of SwiftShader, and of hardware. */
interface Bars {
  readonly lavapipe: number;
  readonly swiftshader: number;
  readonly gpu: number;
}

interface Target extends Work {
  readonly bars: Bars;
}

/** A figure that is asked of a large GPU alone. */
interface GpuTarget {
  readonly work: string;
  readonly name: string;
  readonly precision: 'f32' | 'f16';
  readonly unit: string;
  readonly bar: number;
  readonly aim?: number;
  readonly value: (row: Row, report: Report) => number | undefined;
}

const GRADIENT_BARS: Bars = { lavapipe: 15, swiftshader: 30, gpu: 10 };
const FORWARD_BARS: Bars = { lavapipe: 15, swiftshader: 30, gpu: 3 };

export const TARGETS: readonly Target[] = [
  { ...convolutionsForward(1), bars: FORWARD_BARS },
  { ...convolutionsForward(8), bars: FORWARD_BARS },
  ...(['conv3_2', 'conv1_2'] as const).flatMap((layer) =>
    (['weight_gradient', 'input_gradient'] as const).map((op) => ({
      ...convolutionGradient(op, layer),
      bars: GRADIENT_BARS,
    })),
  ),
  {
    ...single('a training step of vgg-mini, batch 32', 'job/training_step vgg-mini, batch 32'),
    bars: { lavapipe: 8, swiftshader: 10, gpu: 5 },
  },
  { ...single('matmul 1024^3', 'matmul/nn 1024^3'), bars: { lavapipe: 4, swiftshader: 6, gpu: 1.5 } },
];

const picturesPerSecond = (row: Row) => row.picturesPerSecond;

const GPU_TARGETS: readonly GpuTarget[] = [
  {
    ...{ work: 'matmul 4096^3, share of the FMA ceiling', name: 'matmul/nn 4096^3', precision: 'f32' },
    ...{ unit: '', bar: 0.8, value: ({ gflops }, { ceilings }) => (gflops ?? Number.NaN) / ceilings.fma },
  },
  {
    ...{ work: 'VGG16 forward, batch 64', name: 'job/vgg16_forward batch 64', precision: 'f32' },
    ...{ unit: ' pictures/s', bar: 2165, aim: 3000, value: picturesPerSecond },
  },
  {
    ...{ work: 'VGG16 forward, batch 64, float16', name: 'job/vgg16_forward batch 64', precision: 'f16' },
    ...{ unit: ' pictures/s', bar: 5700, value: picturesPerSecond },
  },
];

/** Whether a case is one of those that the targets are about. */
export function isTarget(name: string, kind: 'cpu' | 'gpu'): boolean {
  return (
    TARGETS.some(({ cases }) => cases.some((one) => one.name === name)) ||
    (kind === 'gpu' && GPU_TARGETS.some((target) => target.name === name))
  );
}

/** One line of the table of targets. */
export interface Outcome {
  readonly work: string;
  /** What was asked, and what came out: '>= 15x', '17.1x'. */
  readonly asked: string;
  readonly reached: string;
  readonly pass: boolean;
  readonly note: string;
}

/** Holds a report against the targets; one whose cases were not all run has failed, and says what is missing. */
export function judgeTargets(report: Report): Outcome[] {
  const outcomes = TARGETS.map((target) => ratioOutcome(target, report));
  if (report.kind === 'cpu') return outcomes;
  return [...outcomes, ...GPU_TARGETS.map((target) => gpuOutcome(target, report))];
}

function barOf({ kind, adapter }: Report): keyof Bars {
  if (kind === 'gpu') return 'gpu';
  return /swiftshader/i.test(adapter) ? 'swiftshader' : 'lavapipe';
}

function ratioOutcome(target: Target, report: Report): Outcome {
  const { work, cases } = target;
  const least = target.bars[barOf(report)];
  const asked = `>= ${least}x`;
  const found = compare(target, report);
  if ('missing' in found) return { work, asked, reached: '-', pass: false, note: found.missing.join('; ') };
  const { ratio, lowest } = found;
  const note = cases.length > 1 ? `lowest ${lowest.ratio.toFixed(1)}x at ${lowest.shape.split(' ')[0]}` : '';
  return { work, asked, reached: `${ratio.toFixed(1)}x`, pass: ratio >= least, note };
}

function gpuOutcome({ work, name, precision, unit, bar, aim, value }: GpuTarget, report: Report): Outcome {
  const asked = `>= ${bar}${unit}`;
  const rows = report.rows.filter((row) => nameOf(row) === name && row.precision === precision);
  const row = rows.find(({ chosen }) => chosen) ?? rows[0];
  const reached = row && row.error === undefined ? value(row, report) : undefined;
  if (reached === undefined || Number.isNaN(reached))
    return { work, asked, reached: '-', pass: false, note: row?.error ?? 'not run' };
  const note = aim === undefined ? '' : `aim ${aim}${unit}`;
  return { work, asked, reached: `${reached.toFixed(bar < 10 ? 2 : 0)}${unit}`, pass: reached >= bar, note };
}

export function targetLines(outcomes: readonly Outcome[]): string[] {
  const cells = outcomes.map(({ work, asked, reached, pass, note }) => [
    pass ? 'pass' : 'FAIL',
    ...[work, asked, reached, note],
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
