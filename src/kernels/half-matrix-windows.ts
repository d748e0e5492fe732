// The 3x3 convolution on matrix units from windows of pixels, which stay in workgroup memory for all 9 taps; with a 2x2 max-pool too.
import { type ConvShape, outputSize } from './conv3x3-shape.js';
import type { Capabilities } from './gpu.js';
import { type Grid, pieces } from './grid.js';
import { HALVES } from './half.js';
import { MOST_GROUPS } from './half-matrix.js';
import type { Variant } from './kernel.js';
import { multipliesHalves } from './matrix-units.js';
import { RECTIFY } from './relu.js';

type Convolution = keyof ConvShape | 'relu';

/** Pixels (rows of 16) and channels that a workgroup makes: consts of the shaders. */
interface Tile {
  readonly BM: number;
  readonly BN: number;
}

const SQUARE: Tile = { BM: 128, BN: 128 };
const HIGH: Tile = { BM: 256, BN: 64 };
const WIDE: Tile = { BM: 256, BN: 128 };

/** Bytes of workgroup memory of matrix/windows.wgsl while it multiplies, which is when it needs most. */
export function windowBytes({ BM, BN }: Tile): number {
  const places = (BM / 16 + 2) * 18;
  return 2 * 16 * (3 * places + 48 * (BN / 8 + 1)) + 4 * places;
}

const WIDE_BYTES = 16 * (324 * 5 + 2 * 32 * 17) + 4 * 324; // the same of 8_matrix_wide_windows.wgsl

/** Tiles of channels in x, so that workgroups that run together share pixels; windows in y, folded into z. */
function windows(d: ConvShape, { BM, BN }: Tile): Grid {
  const { P, Q } = outputSize(d);
  const count = d.N * pieces(P, BM / 16) * pieces(Q, 16);
  const z = Math.max(1, pieces(count, MOST_GROUPS));
  return [pieces(d.K, BN), pieces(count, z), z];
}

/** Whether at least half of what the windows make is part of the picture. */
function fills(d: ConvShape, { BM }: Tile): boolean {
  const { P, Q } = outputSize(d);
  return 2 * P * Q >= pieces(P, BM / 16) * pieces(Q, 16) * BM;
}

function accepts(channels: number, bytes: number) {
  return ({ C, K }: ConvShape, device: Capabilities) =>
    C % channels === 0 &&
    K % 8 === 0 &&
    multipliesHalves(device) &&
    bytes <= device.limits.maxComputeWorkgroupStorageSize;
}

const WINDOWS = 'conv3x3/matrix/windows.wgsl';

const square = (shader: string, more: readonly string[] = []): Variant<Convolution> => ({
  idea: 'windows of 8 rows of 16 pixels are fetched once for the 9 taps; 128 channels a workgroup, a 64x32 part of it a subgroup',
  shader,
  consts: { ...SQUARE },
  include: [WINDOWS, HALVES, RECTIFY, ...more],
  grid: (d) => windows(d, SQUARE),
  accepts: accepts(16, windowBytes(SQUARE)),
  pays: (d) => fills(d, SQUARE),
});

const high = (shader: string, more: readonly string[] = []): Variant<Convolution> => ({
  ...square(shader, more),
  idea: 'windows of 16 rows of 16 pixels, for the 64 channels of the first layers',
  consts: { ...HIGH },
  grid: (d) => windows(d, HIGH),
  accepts: accepts(16, windowBytes(HIGH)),
  pays: (d) => d.K <= 64 && fills(d, HIGH),
});

const FORWARD = 'conv3x3/forward_f16/7_matrix_windows.wgsl';

/** Of the convolution. */
export const windowConvolutions = {
  matrixWindows: square(FORWARD),
  matrixHighWindows: high(FORWARD),
  matrixWideWindows: {
    idea: 'windows of 16x16 pixels by 128 channels, a 64x64 part of it a subgroup, whose products read less for it',
    shader: 'conv3x3/forward_f16/8_matrix_wide_windows.wgsl',
    include: [HALVES, RECTIFY],
    grid: (d) => windows(d, WIDE),
    accepts: accepts(32, WIDE_BYTES),
    pays: (d) => d.K % WIDE.BN === 0 && fills(d, WIDE),
  } satisfies Variant<Convolution>,
} as const;

const POOLED = 'conv3x3/forward_pooled_f16/3_matrix_windows.wgsl';
const LARGER = ['max_pool/larger.wgsl'];

/** Of the convolution with a pool after it. */
export const pooledWindowConvolutions = {
  matrixWindows: square(POOLED, LARGER),
  matrixHighWindows: high(POOLED, LARGER),
} as const;
