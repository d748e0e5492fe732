// What the kernels must reach: ratios to TensorFlow.js' WebGPU backend by kind of adapter, and on a large GPU shares of its ceiling.
import { nameOf } from './case.js';
import { LAYERS, shapeOf } from './kernels/conv3x3.js';
import type { Report, Row } from './report.js';

/** Ratios that are asked of lavapipe, of SwiftShader, and of hardware. */
interface Bars {
  readonly lavapipe: number;
  readonly swiftshader: number;
  readonly gpu: number;
}

interface Target {
  readonly work: string;
  readonly bars: Bars;
  /** The cases, and how often each counts in the sum. */
  readonly cases: readonly { readonly name: string; readonly times: number }[];
}

/** A figure that is asked of a large GPU alone. */
interface GpuTarget {
  readonly work: string;
  readonly name: string;
  readonly precision: 'f32' | 'f16';
  readonly unit: string;
  readonly bar: number;
  readonly value: (row: Row, report: Report) => number | undefined;
}

const convolution = (op: string, wanted: string, N: number) =>
  LAYERS.filter(([layer]) => layer === wanted).map(([layer, size, C, K]) => ({
    name: nameOf({ op: `conv3x3/${op}`, shape: shapeOf(layer, N, size, C, K) }),
    times: 1,
  }));

const forward = (N: number): Target => ({
  work: `VGG16's convolutions forward, batch ${N}`,
  bars: { lavapipe: 15, swiftshader: 30, gpu: 3 },
  cases: LAYERS.filter(([, , , , times]) => times > 0).map(([layer, size, C, K, times]) => ({
    name: nameOf({ op: 'conv3x3/forward', shape: shapeOf(layer, N, size, C, K) }),
    times,
  })),
});

const gradient = (op: string, layer: string): Target => ({
  work: `${op} ${layer}`,
  bars: { lavapipe: 15, swiftshader: 30, gpu: 10 },
  cases: convolution(op, layer, 1),
});

const TARGETS: readonly Target[] = [
  forward(1),
  forward(8),
  ...['conv3_2', 'conv1_2'].flatMap((layer) => ['weight_gradient', 'input_gradient'].map((op) => gradient(op, layer))),
  {
    work: 'a training step of vgg-mini, batch 32',
    bars: { lavapipe: 8, swiftshader: 10, gpu: 5 },
    cases: [{ name: 'job/training_step vgg-mini, batch 32', times: 1 }],
  },
  {
    work: 'matmul 1024^3',
    bars: { lavapipe: 4, swiftshader: 6, gpu: 1.5 },
    cases: [{ name: 'matmul/nn 1024^3', times: 1 }],
  },
];

const GPU_TARGETS: readonly GpuTarget[] = [
  {
    ...{ work: 'matmul 4096^3, share of the FMA ceiling', name: 'matmul/nn 4096^3', precision: 'f32' },
    ...{ unit: '', bar: 0.8 },
    value: ({ gflops }, { ceilings }) => (gflops ?? Number.NaN) / ceilings.fma,
  },
  ...[['f32', 3000] as const, ['f16', 5700] as const].map(([precision, bar]) => ({
    ...{ work: `VGG16 forward, batch 64, ${precision}`, name: 'job/vgg16_forward batch 64', precision },
    ...{ unit: ' pictures/s', bar },
    value: ({ picturesPerSecond }: Row) => picturesPerSecond,
  })),
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

/** Holds a report against the targets; only those whose every case was run are judged, the others say what is missing. */
export function judgeTargets(report: Report): Outcome[] {
  const bar = barOf(report);
  const outcomes = TARGETS.map((target) => ratioOutcome(target, target.bars[bar], report));
  if (report.kind === 'cpu') return outcomes;
  return [...outcomes, ...GPU_TARGETS.map((target) => gpuOutcome(target, report))];
}

function barOf({ kind, adapter }: Report): keyof Bars {
  if (kind === 'gpu') return 'gpu';
  return /swiftshader/i.test(adapter) ? 'swiftshader' : 'lavapipe';
}

/** The sum of TensorFlow.js' times over the sum of the chosen variants'. Of two settings of it, the faster one counts. */
function ratioOutcome({ work, cases }: Target, least: number, report: Report): Outcome {
  const asked = `>= ${least}x`;
  let [own, theirs] = [0, 0];
  let lowest = { ratio: Number.POSITIVE_INFINITY, name: '' };
  const problems: string[] = [];
  for (const { name, times } of cases) {
    const row = report.rows.find((one) => nameOf(one) === name && one.chosen && one.precision === 'f32');
    if (row?.medianMs == null) {
      problems.push(`${name}: ${row?.error ?? 'not run'}`);
      continue;
    }
    const rivals = row.peers.filter((peer) => peer.name.includes('WebGPU'));
    const best = Math.min(...rivals.map(({ medianMs }) => medianMs ?? Number.POSITIVE_INFINITY));
    if (!Number.isFinite(best)) {
      problems.push(`${name}: ${rivals[0]?.error ?? 'TensorFlow.js was not run'}`);
      continue;
    }
    own += times * row.medianMs;
    theirs += times * best;
    if (best / row.medianMs < lowest.ratio) lowest = { ratio: best / row.medianMs, name: row.shape };
  }
  if (problems.length > 0) return { work, asked, reached: '-', pass: false, note: problems.join('; ') };
  const ratio = theirs / own;
  const note = cases.length > 1 ? `lowest ${lowest.ratio.toFixed(1)}x at ${lowest.name.split(' ')[0]}` : '';
  return { work, asked, reached: `${ratio.toFixed(1)}x`, pass: ratio >= least, note };
}

function gpuOutcome({ work, name, precision, unit, bar, value }: GpuTarget, report: Report): Outcome {
  const asked = `>= ${bar}${unit}`;
  const rows = report.rows.filter((row) => nameOf(row) === name && row.precision === precision);
  const row = rows.find(({ chosen }) => chosen) ?? rows[0];
  const reached = row && row.error === undefined ? value(row, report) : undefined;
  if (reached === undefined || Number.isNaN(reached))
    return { work, asked, reached: '-', pass: false, note: row?.error ?? 'not run' };
  return { work, asked, reached: `${reached.toFixed(bar < 10 ? 2 : 0)}${unit}`, pass: reached >= bar, note: '' };
}

export function targetLines(outcomes: readonly Outcome[]): string[] {
  const cells = outcomes.map(({ work, asked, reached, pass, note }) => [
    pass ? 'pass' : 'FAIL',
    work,
    asked,
    reached,
    note,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
