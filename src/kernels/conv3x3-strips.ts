// The 3x3 convolution and its weight gradient by strips of rows, for the few input channels that Winograd's algorithm does not pay for: a
// network's first layer.
import { type ConvShape, elementsOf, outputSize, tilesByChannels } from './conv3x3-shape.js';
import { flat, type Grid, pieces } from './grid.js';
import type { Pass, Variant, VariantFacts } from './kernel.js';
import { RECTIFY } from './relu.js';

/** Pixels of dy that a strip adds up, and the most partial sums that all strips leave; both stand in strips/rows.wgsl as well. */
const PIXELS = 512;
const PARTIAL = 2 ** 21;

/** Strips that one invocation adds at the first level; the second level adds the rest, of which there are at most PARTIAL / 9 / CHUNK. */
const CHUNK = 64;
const LAST_CHUNK = 2 ** 18;

/** Strips of rows of dy; see strips/rows.wgsl. */
function strips(d: ConvShape): number {
  const { P, Q } = outputSize(d);
  const most = Math.max(1, Math.floor(PARTIAL / elementsOf(d).w));
  return pieces(d.N * P, Math.max(1, Math.floor(PIXELS / Q), pieces(d.N * P, most)));
}

const ROWS = 'conv3x3/strips/rows.wgsl';

function sum(DONE: number, chunk: number, partial: string, sums: string): Pass<keyof ConvShape> {
  return {
    shader: 'conv3x3/weight_gradient/6_strips_sum.wgsl',
    include: [ROWS],
    consts: { DONE, CHUNK: chunk },
    grid: (d, c) => flat((pieces(pieces(strips(d), DONE), chunk) * elementsOf(d).w) / 4, c.WORKGROUP!),
    rename: { partial, sums },
  };
}

/** Invocations of a workgroup, all of one subgroup; each variant whose file's name ends in `subgroup4` exists for both. */
type Lanes = 4 | 8;

/** Fewer channels leave most of a subgroup idle. */
const fillsSubgroup = (d: ConvShape) => d.K >= 16;

/** Elsewhere the register tile has enough invocations, and each reads less. */
const fewInputChannels = (d: ConvShape) => d.C % 4 !== 0 || d.C <= 8;

function weightGradient(facts: VariantFacts<keyof ConvShape>, strip: Pass<keyof ConvShape>): Variant<keyof ConvShape> {
  return {
    ...facts,
    passes: [
      { ...strip, include: [ROWS, 'conv3x3/strips/six.wgsl'] },
      sum(1, CHUNK, 'partial', 'sums'),
      sum(CHUNK, LAST_CHUNK, 'sums', 'dw'),
    ],
    scratch: {
      partial: (d) => strips(d) * elementsOf(d).w,
      sums: (d) => pieces(strips(d), CHUNK) * elementsOf(d).w,
    },
  };
}

/** Sums partial (strips, 3, 3, C, K), then the sum over strips in pieces of 64, then over pieces. */
export function weightGradientStrips(): Variant<keyof ConvShape> {
  return weightGradient(
    {
      idea: 'strips of rows side by side: all taps of one channel by 4, their sums added afterwards',
      accepts: (d) => d.K % 4 === 0,
      pays: fewInputChannels,
    },
    {
      shader: 'conv3x3/weight_gradient/6_strips.wgsl',
      grid: (d, c) => flat((strips(d) * d.C * d.K) / 4, c.WORKGROUP!),
    },
  );
}

/** The same sums; 4 neighbours read x together. */
export function weightGradientStripsBySubgroup(lanes: Lanes): Variant<keyof ConvShape> {
  return weightGradient(
    {
      idea: `every 4 neighbours of a subgroup read x for each other, workgroups of ${lanes}`,
      accepts: (d, device) => d.K % 4 === 0 && device.subgroupSize >= lanes,
      // Measured: where the register tile takes the shape, it is faster than 4 lanes, and than 8 on small pictures.
      pays: (d) => fillsSubgroup(d) && (d.C % 4 !== 0 || (lanes === 8 && d.C <= 8 && d.W >= 32)),
    },
    {
      shader: 'conv3x3/weight_gradient/7_strips_subgroup4.wgsl',
      consts: { WORKGROUP: lanes },
      grid: (d) => tilesByChannels(strips(d), 1, d.C * pieces(d.K / 4, lanes)),
    },
  );
}

/** Strips of y, of about as many pixels as the shader's PIXELS says, by groups of a workgroup's channels. */
function forwardGrid(channels: number) {
  return (d: ConvShape, c: Readonly<Record<string, number>>): Grid => {
    const { P, Q } = outputSize(d);
    const rows = Math.max(1, Math.floor(c.PIXELS! / Q));
    return tilesByChannels(pieces(d.N * P, rows), 1, pieces(d.K / channels, c.WORKGROUP!));
  };
}

/** Takes any number of input channels. */
export function forwardStrips(lanes: Lanes): Variant<keyof ConvShape | 'relu'> {
  return {
    idea: `invocations run along channels; every 4 neighbours of a subgroup read x for each other, workgroups of ${lanes}`,
    shader: 'conv3x3/forward/9_strips_subgroup4.wgsl',
    include: [RECTIFY],
    consts: { WORKGROUP: lanes },
    grid: forwardGrid(4),
    accepts: (d, device) => d.K % 4 === 0 && device.subgroupSize >= lanes,
    pays: (d) => fillsSubgroup(d) && d.C <= 2 * lanes, // measured; with more, the register tile does as well
  };
}

/** Takes exactly this number of input channels. */
export function forwardStripsOf(channels: number): Variant<keyof ConvShape | 'relu'> {
  return {
    idea: `${channels} input channel${channels === 1 ? '' : 's'}: all weights stay in registers, 8 neighbours read x for each other`,
    shader: 'conv3x3/forward/10_strips_subgroup8.wgsl',
    include: [RECTIFY],
    consts: { CHANNELS: channels },
    grid: forwardGrid(2),
    accepts: (d, device) => d.C === channels && d.K % 2 === 0 && device.subgroupSize >= 8,
  };
}
