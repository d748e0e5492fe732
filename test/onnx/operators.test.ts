// ONNX's own operator tests: each that the engine has kernels for runs on them; the others are listed with the reason.
import { afterAll, describe, expect, it } from 'vitest';
import { expectClose } from '../compare.js';
import { useGpu } from '../gpu.js';
import { type OnnxCase, onnxIsThere, readCases } from './cases.js';
import { createCompute, TOLERANCE } from './compute.js';
import { logSoftmax, softmax, softmaxCrossEntropy } from './loss-plans.js';
import { conv, dropouts, globalAveragePool, maxPooling, relu } from './network-plans.js';
import { adam, momentum } from './optimizer-plans.js';
import { outside, type Planner } from './plan.js';
import { gemm, matmul } from './product-plans.js';

const PLANNERS: Readonly<Record<string, Planner>> = {
  Adam: adam,
  AveragePool: () => outside('average pooling of windows'),
  Conv: conv,
  Dropout: dropouts,
  Flatten: () => outside('no kernel: a tensor flattens by its shape alone'),
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: () => outside('global maximum'),
  ImageDecoder: () => outside('no kernel: test/data/decode.test.ts has it'),
  LogSoftmax: logSoftmax,
  MatMul: matmul,
  MatMulInteger: () => outside('integers'),
  MaxPool: maxPooling,
  Momentum: momentum,
  NegativeLogLikelihoodLoss: () => outside('a loss of probabilities: the loss here starts from logits'),
  Relu: relu,
  Softmax: softmax,
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
};

/** Tests that run at least, so that a change cannot quietly move them outside. */
const FEWEST = 150;

if (!onnxIsThere) console.warn("SKIPPED: ONNX's operator tests, since ../shared/data is absent");

describe.skipIf(!onnxIsThere)("ONNX's operator tests", () => {
  const gpu = useGpu();
  const cases = onnxIsThere ? readCases() : [];
  const ran = new Map<string, { tests: number; expanded: number; kernels: Set<string> }>();
  const left = new Map<string, number>();
  const planned = cases.map((test) => ({ test, plan: PLANNERS[test.operator]?.(test) ?? outside('unknown operator') }));
  const runnable = planned.flatMap(({ test, plan }) => (typeof plan === 'function' ? [{ test, plan }] : []));

  for (const { test, plan } of planned) {
    if (typeof plan === 'function') continue;
    const key = `${test.operator}\t${plan.outside}`;
    left.set(key, (left.get(key) ?? 0) + 1);
  }

  for (const { test, plan } of runnable) {
    it(test.name, async () => {
      const compute = createCompute(gpu());
      const made = await plan(compute);
      expect(made.length, 'number of outputs').toBe(test.outputs.length);
      for (const [i, expected] of test.outputs.entries()) {
        expect(made[i]!.shape, `shape of output ${i}`).toEqual(expected.shape);
        expectClose(made[i]!.values, expected.values, TOLERANCE, `output ${i}`);
      }
      count(test, compute.used);
    });
  }

  function count({ operator, expanded }: OnnxCase, used: ReadonlySet<string>): void {
    const entry = ran.get(operator) ?? { tests: 0, expanded: 0, kernels: new Set<string>() };
    entry.tests++;
    entry.expanded += Number(expanded);
    for (const kernel of used) entry.kernels.add(kernel);
    ran.set(operator, entry);
  }

  it('knows every operator, and runs most tests', () => {
    expect(planned.filter(({ test }) => !PLANNERS[test.operator]).map(({ test }) => test.name)).toEqual([]);
    expect(runnable.length).toBeGreaterThanOrEqual(FEWEST);
  });

  afterAll(() => {
    const inside = [...ran].map(
      ([operator, { tests, expanded, kernels }]) =>
        `  ${operator.padEnd(26)} ${String(tests).padStart(3)} (${expanded} expanded)  ${[...kernels].join(', ')}`,
    );
    const without = [...left].map(([key, tests]) => {
      const [operator, reason] = key.split('\t');
      return `  ${operator!.padEnd(26)} ${String(tests).padStart(3)}  ${reason}`;
    });
    console.log(
      [
        `${runnable.length} of ONNX's ${cases.length} operator tests have kernels here; passed:`,
        ...inside,
        `${cases.length - runnable.length} are outside:`,
        ...without,
      ].join('\n'),
    );
  });
});
