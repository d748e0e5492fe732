// ONNX's operators on pictures and single elements: convolution, pooling, ReLU, dropout. Pictures move to NHWC and back.
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import { dropout } from '../../src/kernels/dropout.js';
import { globalAveragePoolForward } from '../../src/kernels/global-average-pool.js';
import { maxPoolBackward, maxPoolForward } from '../../src/kernels/max-pool.js';
import { reluForward } from '../../src/kernels/relu.js';
import type { Compute } from './compute.js';
import { attribute, outside, type Planner } from './plan.js';
import { build, element, permute, type Tensor, toNchw, toNhwc, zeros } from './tensors.js';

/** Rows and columns of padding at the beginning of each axis, if the ends have the same. */
function symmetricPads(pads: readonly number[]): readonly [number, number] | undefined {
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  return top === bottom && left === right ? [top, left] : undefined;
}

/** 3x3 with 0 or 1 zeros around; a stride keeps every second output, say, of the engine's, whose stride is 1. */
export const conv: Planner = (test) => {
  const [x, w, bias] = test.inputs as [Tensor, Tensor, Tensor?];
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const K = w.shape[0]!;
  if (w.shape[2] !== 3 || w.shape[3] !== 3) return outside('kernel is not 3x3');
  if (attribute(test, 'group', 1) !== 1) return outside('groups');
  if (attribute(test, 'dilations', [1, 1]).some((n) => n !== 1)) return outside('dilations');
  const [down = 1, right = 1] = attribute(test, 'strides', [1, 1]);
  const same = attribute(test, 'auto_pad', 'NOTSET').startsWith('SAME');
  if (same && ((H - 1) % down !== 0 || (W - 1) % right !== 0)) return outside('padding on one side only');
  const pads = same ? ([1, 1] as const) : symmetricPads(attribute(test, 'pads', [0, 0, 0, 0]));
  if (!pads || Math.max(...pads) > 1) return outside('padding other than 0 or 1');

  return async (compute) => {
    const pad = Math.max(...pads);
    const [P, Q] = [H + 2 * pad - 2, W + 2 * pad - 2];
    const { y } = await compute(
      conv3x3Forward,
      { N, H, W, C, K, pad, relu: 0 },
      { x: toNhwc(x).values, w: permute(w, [2, 3, 1, 0]).values, b: (bias ?? zeros(K)).values },
    );
    const all = { shape: [N, P, Q, K], values: y };
    const size = [0, 1].map((i) => Math.floor((x.shape[2 + i]! + 2 * pads[i]! - 3) / [down, right][i]!) + 1);
    // An axis that has no padding in the test starts one output later than one that has.
    return [
      build([N, K, ...size], ([n, k, p, q]) =>
        element(all, [n!, p! * down + pad - pads[0], q! * right + pad - pads[1], k!]),
      ),
    ];
  };
};

async function maxPool(compute: Compute, x: Tensor): Promise<Tensor> {
  const [N, H, W, C] = x.shape as [number, number, number, number];
  const { y } = await compute(maxPoolForward, { N, H, W, C }, { x: x.values });
  return { shape: [N, Math.floor(H / 2), Math.floor(W / 2), C], values: y };
}

const LOWEST = -3.4e38; // below every element, so that padding never wins

/** 2x2 windows: stride 2 as the engine has it; stride 1 as four runs on pictures shifted by 0 or 1. */
export const maxPooling: Planner = (test) => {
  const window = attribute(test, 'kernel_shape', []);
  const strides = attribute(test, 'strides', [1, 1]);
  if (window.length !== 2) return outside('1-D and 3-D windows');
  if (window.some((n) => n !== 2)) return outside('window is not 2x2');
  if (attribute(test, 'dilations', [1, 1]).some((n) => n !== 1)) return outside('dilations');
  const [x] = test.inputs as [Tensor];
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const auto = attribute(test, 'auto_pad', 'NOTSET');

  if (strides.every((n) => n === 2)) {
    return async (compute) => {
      const input = toNhwc(x);
      const y = await maxPool(compute, input);
      if (test.outputs.length === 1) return [toNchw(y)];
      // Where each maximum lies, from where the backward sends the numbers 1, 2, ...: index w H + h, as storage_order 1 asks.
      const dy = y.values.map((_, i) => i + 1);
      const { dx } = await compute(maxPoolBackward, { N, H, W, C, relu: 0 }, { x: input.values, y: y.values, dy });
      const where = build(y.shape, (index) => {
        const at = dx.indexOf(element({ shape: y.shape, values: dy }, index));
        const [h, w] = [Math.floor(at / (W * C)) % H, Math.floor(at / C) % W];
        return w * H + h;
      });
      return [toNchw(y), toNchw(where)];
    };
  }
  return async (compute) => {
    const same = Number(auto.startsWith('SAME'));
    const before = Number(auto === 'SAME_LOWER');
    const padded = build([N, H + same, W + same, C], ([n, h, w, c]) => {
      const [i, j] = [h! - before, w! - before];
      return i < 0 || j < 0 || i >= H || j >= W ? LOWEST : element(x, [n!, c!, i, j]);
    });
    const runs: Tensor[] = [];
    for (const a of [0, 1]) {
      for (const b of [0, 1]) {
        const shape = [N, H + same - a, W + same - b, C];
        const part = build(shape, ([n, h, w, c]) => element(padded, [n!, h! + a, w! + b, c!]));
        runs.push(await maxPool(compute, part));
      }
    }
    return [
      build([N, C, H + same - 1, W + same - 1], ([n, c, p, q]) =>
        element(runs[2 * (p! % 2) + (q! % 2)]!, [n!, Math.floor(p! / 2), Math.floor(q! / 2), c!]),
      ),
    ];
  };
};

export const globalAveragePool: Planner =
  ({ inputs: [x] }) =>
  async (compute) => {
    const [N, C, H, W] = x!.shape as [number, number, number, number];
    const { y } = await compute(globalAveragePoolForward, { N, H, W, C }, { x: toNhwc(x!).values });
    return [{ shape: [N, C, 1, 1], values: y }];
  };

export const relu: Planner =
  ({ inputs: [x] }) =>
  async (compute) => {
    const { y } = await compute(reluForward, { count: x!.values.length }, { x: x!.values });
    return [{ shape: x!.shape, values: y }];
  };

/** Only where nothing is dropped: which elements are is drawn by another generator there. */
export const dropouts: Planner = (test) => {
  const [x, ratio, training] = test.inputs as [Tensor, Tensor?, Tensor?];
  const rate = training?.values[0] ? (ratio?.values[0] ?? 0.5) : 0;
  if (rate > 0) return outside("drawn by numpy's generator");
  return async (compute) => {
    const d = { count: x.values.length, first: 0, seed: 0, step: 0, layer: 0, rate };
    const { y } = await compute(dropout, d, { x: x.values });
    const mask = await compute(dropout, d, { x: x.values.map(() => 1) });
    return [
      { shape: x.shape, values: y },
      { shape: x.shape, values: mask.y },
    ].slice(0, test.outputs.length);
  };
};
