// A decoded picture becomes one slot of a network's input: resized, flipped, scaled, mean-subtracted, reordered.
import { flat } from './grid.js';
import { defineKernel } from './kernel.js';

/** How a picture is resized, as the kernel's dim `mode` counts it. */
export const RESIZE_MODES = { nearest: 0, bilinear: 1, area: 2 } as const;

/**
 * bytes (height, width) RGBA, one u32 a pixel with R in the lowest byte -> slot n of y (n+1 or more, size, size, 3).
 * value = byte * scale - mean for R, G and B; `reverse` 1 then stores B, G, R; `flip` 1 mirrors left and right.
 * nearest takes source index floor((i + 0.5) * length / size), which is Keras 1's; bilinear has half-pixel centres and
 * clamped edges and does not smooth before it shrinks, as TensorFlow's tf.image.resize; area averages what an output
 * pixel covers. 2 * size * height and 2 * size * width stay below 2^31.
 */
export const pictureToTensor = defineKernel({
  name: 'picture/to_tensor',
  dims: ['height', 'width', 'size', 'n', 'flip', 'reverse', 'mode'],
  scalars: ['scale', 'mean0', 'mean1', 'mean2'],
  bindings: { bytes: 'read', y: 'update' },
  elements: (d) => ({ bytes: d.height * d.width, y: (d.n + 1) * d.size * d.size * 3 }),
  flops: (d) => d.size * d.size * 3 * (d.mode === 0 ? 2 : 14),
  variants: {
    naive: {
      idea: 'one channel of an output pixel an invocation',
      shader: 'picture/to_tensor/1_naive.wgsl',
      include: ['picture/axis.wgsl'],
      grid: (d, c) => flat(d.size * d.size * 3, c.WORKGROUP!),
    },
    pixel: {
      idea: 'one output pixel an invocation: source pixels are read once',
      shader: 'picture/to_tensor/2_pixel.wgsl',
      include: ['picture/axis.wgsl'],
      grid: (d, c) => flat(d.size * d.size, c.WORKGROUP!),
    },
  },
});
