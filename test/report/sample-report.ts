// Reports for tests: an evaluation with made-up probabilities.
import { type Judgement, judge } from '../../src/report/judgement.js';
import type { Report } from '../../src/report/report.js';
import type { LoggedEpoch } from '../../src/report/training-log.js';
import { seeded } from '../random.js';

/** A picture and its class. */
export interface SamplePicture {
  readonly file: string;
  readonly path: string;
  readonly label: number;
}

/** Probabilities (classes) that are right in about `skill` of the cases, differing from picture to picture. */
export function inventProbabilities(label: number, classes: number, skill: number, random: ReturnType<typeof seeded>) {
  const favourite = random.uniform(0, 1) < skill ? label : random.integer(0, classes);
  const scores = Array.from(
    { length: classes },
    (_, i) => random.uniform(0, 2.5) + (i === favourite ? random.uniform(0.6, 5) : 0),
  );
  const sum = scores.reduce((all, score) => all + Math.exp(score), 0);
  return Float32Array.from(scores, (score) => Math.exp(score) / sum);
}

/** Epochs of a run that goes well. */
export function inventLog(epochs: number, validated = true): LoggedEpoch[] {
  return Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    loss: 0.3 + 0.45 * Math.exp(-i / 3),
    acc: 0.9 - 0.35 * Math.exp(-i / 3),
    valLoss: validated ? 0.52 + 0.2 * Math.exp(-i / 2) + 0.004 * i ** 1.5 : undefined,
    valAcc: validated ? 0.72 - 0.18 * Math.exp(-i / 2) : undefined,
    seconds: i === 0 ? 320 : 0.12,
    learningRate: 0.001,
  }));
}

/** A report on pictures; `change` overrides any part of it. */
export function sampleReport(
  classes: readonly string[],
  pictures: readonly SamplePicture[],
  change: Partial<Report> = {},
): Report {
  const random = seeded(7);
  const judgements: Judgement[] = pictures.map((picture) =>
    judge(picture, inventProbabilities(picture.label, classes.length, 0.6, random)),
  );
  const confusion = classes.map(() => classes.map(() => 0));
  for (const { label, predicted } of judgements) confusion[label]![predicted]!++;
  const right = judgements.filter(({ label, predicted }) => label === predicted).length;
  return {
    ...{ classes, confusion, judgements, loss: 0.6123, accuracy: right / judgements.length },
    ...{ directory: 'data/valid', skipped: [], exif: true, views: 4, seed: 42 },
    log: { missing: 'No log of the training run lies at ft.csv.' },
    weights: {
      file: 'ft.h5',
      bytes: 1_234_567,
      training: { optimizer: 'adam', learningRate: 0.001, epochs: 10, cut: { layer: 'block2_pool', head: 'gap' } },
    },
    ...{ adapter: 'llvmpipe (Mesa 25.0.7)', command: 'vggpu evaluate data/valid --weights ft.h5 --report report.html' },
    ...{ version: '0.1.0', date: new Date('2026-11-23T14:43:00Z') },
    ...change,
  };
}
