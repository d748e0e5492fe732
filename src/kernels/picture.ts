// Decoded pictures become slots of a network's input: resized, flipped or warped, scaled, mean-subtracted, reordered.
import { VggpuError } from '../errors.js';
import { flat } from './grid.js';
import { defineKernel } from './kernel.js';

/** How a picture is resized, as the kernel's dim `mode` counts it. */
export const RESIZE_MODES = { nearest: 0, bilinear: 1, area: 2 } as const;

/**
 * bytes (count, height, width) RGBA, one u32 a pixel with R in the lowest byte -> slots n to n+count-1 of y (as many or more, size,
 * size, 3). value = byte * scale - mean for R, G and B; `reverse` 1 then stores B, G, R; `flip` 1 mirrors left and right.
 * nearest takes source index floor((i + 0.5) * length / size), which is Keras 1's; bilinear has half-pixel centres and
 * clamped edges and does not smooth before it shrinks, as TensorFlow's tf.image.resize; area averages what an output
 * pixel covers. 2 * size * height and 2 * size * width stay below 2^31.
 */
export const pictureToTensor = defineKernel({
  name: 'picture/to_tensor',
  dims: ['count', 'height', 'width', 'size', 'n', 'flip', 'reverse', 'mode'],
  scalars: ['scale', 'mean0', 'mean1', 'mean2'],
  bindings: { bytes: 'read', y: 'update' },
  elements: (d) => ({ bytes: d.count * d.height * d.width, y: (d.n + d.count) * d.size * d.size * 3 }),
  flops: (d) => d.count * d.size * d.size * 3 * (d.mode === 0 ? 2 : 14),
  variants: {
    naive: {
      idea: 'one channel of an output pixel an invocation',
      shader: 'picture/to_tensor/1_naive.wgsl',
      include: ['picture/axis.wgsl'],
      grid: (d, c) => [...flat(d.size * d.size * 3, c.WORKGROUP!), d.count],
    },
    pixel: {
      idea: 'one output pixel an invocation: source pixels are read once',
      shader: 'picture/to_tensor/2_pixel.wgsl',
      include: ['picture/axis.wgsl'],
      grid: (d, c) => [...flat(d.size * d.size, c.WORKGROUP!), d.count],
    },
  },
});

/** An affine map from a network's input to a source picture. Pairs are (rows, columns), in source pixels. */
export interface AffineMap {
  /** Where the middle of the output lies; pixel k covers k to k + 1. */
  readonly centre: readonly [number, number];
  /** How far one output pixel down goes. */
  readonly down: readonly [number, number];
  /** How far one output pixel to the right goes. */
  readonly right: readonly [number, number];
}

/**
 * bytes (height, width) RGBA, one u32 a pixel with R in the lowest byte -> slot n of y (n+1 or more, size, size, 3), as
 * `pictureToTensor` makes it, but of the picture as an affine map shows it; `affineDims` gives the dims from `bilinear` on.
 * An output pixel is the mean of taps x taps samples spread over it: of the pixels that cover them or, with bilinear 1, of
 * four pixels each. Where the map leaves the picture, the nearest pixel of its edge counts.
 */
export const pictureWarp = defineKernel({
  name: 'picture/warp',
  dims: [
    ...(['height', 'width', 'size', 'n', 'reverse', 'bilinear', 'taps', 'fraction'] as const),
    ...(['row', 'column', 'rowDown', 'columnDown', 'rowRight', 'columnRight'] as const),
  ],
  scalars: ['scale', 'mean0', 'mean1', 'mean2'],
  bindings: { bytes: 'read', y: 'update' },
  elements: (d) => ({ bytes: d.height * d.width, y: (d.n + 1) * d.size * d.size * 3 }),
  flops: (d) => d.size * d.size * 3 * (d.taps ** 2 * (d.bilinear ? 10 : 1) + 3),
  variants: {
    naive: {
      idea: 'one channel of an output pixel an invocation',
      shader: 'picture/warp/1_naive.wgsl',
      include: ['picture/affine.wgsl'],
      grid: (d, c) => flat(d.size * d.size * 3, c.WORKGROUP!),
    },
    pixel: {
      idea: 'one output pixel an invocation: source pixels are read once',
      shader: 'picture/warp/2_pixel.wgsl',
      include: ['picture/affine.wgsl'],
      grid: (d, c) => flat(d.size * d.size, c.WORKGROUP!),
    },
  },
});

/** Most samples a side of an output pixel; a mean of 256 hides what lies between them. */
const MOST_TAPS = 16;

/**
 * What `pictureWarp` takes for a map: its numbers as whole multiples of 2^-fraction source pixels, where fraction is 16 or
 * as large as fits 32 bits; and how it samples so that a warped picture looks like one that was only resized in this mode.
 * nearest and bilinear take one sample; area takes two for each source pixel along an output pixel's longer side.
 * @param size rows and columns of the output
 * @throws VggpuError 'kernel' for a map that is no number, or reaches beyond 2^29 pixels
 */
export function affineDims({ centre, down, right }: AffineMap, mode: keyof typeof RESIZE_MODES, size: number) {
  const stretch = Math.max(Math.hypot(...down), Math.hypot(...right));
  const taps = mode === 'area' ? Math.min(MOST_TAPS, Math.max(2, Math.ceil(2 * stretch))) : 1;
  const farthest = Math.max(
    ...[0, 1].map((axis) => {
      const step = Math.abs(down[axis]!) + Math.abs(right[axis]!);
      return Math.abs(centre[axis]!) + (step / 2) * (size + taps);
    }),
  );
  if (!(farthest <= 2 ** 29)) {
    throw new VggpuError(
      'kernel',
      `picture/warp: the map of centre ${centre}, down ${down}, right ${right} reaches ${farthest} pixels; at most 2^29.`,
    );
  }
  const fraction = Math.min(16, Math.floor(Math.log2(2 ** 30 / Math.max(1, farthest))));
  const whole = (pixels: number) => Math.sign(pixels) * Math.round(Math.abs(pixels) * 2 ** fraction);
  return {
    ...{ bilinear: Number(mode === 'bilinear'), taps, fraction },
    ...{ row: whole(centre[0]), column: whole(centre[1]) },
    ...{ rowDown: whole(down[0] / 2), columnDown: whole(down[1] / 2) },
    ...{ rowRight: whole(right[0] / 2), columnRight: whole(right[1] / 2) },
  };
}
