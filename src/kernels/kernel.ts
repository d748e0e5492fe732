// What a kernel is: one descriptor an op, one WGSL file a variant; and which variant takes which shape.
import { VggpuError } from '../errors.js';
import type { Capabilities } from './gpu.js';
import type { Grid } from './grid.js';
import { largestSheet } from './sheets.js';

/** How a kernel uses a binding: 'write' fills all of it, 'update' changes what is there. */
export type Access = 'read' | 'write' | 'update';

/** Values for an op's dims and scalars, by name. */
export type Values<D extends string> = Readonly<Record<D, number>>;

/** One dispatch of one shader. */
export interface Pass<D extends string> {
  /** Path of the WGSL file under `shaders/`. Its variables name the op's bindings or the variant's scratch. */
  readonly shader: string;
  /** Values for tunable consts of the file; the file's own values hold for the others. */
  readonly consts?: Readonly<Record<string, number>>;
  /** Workgroups for these dims; `c` are the consts as specialised. */
  readonly grid: (d: Values<D>, c: Readonly<Record<string, number>>) => Grid;
  /** Files under `shaders/` with helper functions, appended after the shader so that line numbers hold. */
  readonly include?: readonly string[];
  /** Binds another tensor to a shader variable: variable -> binding or scratch. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Sheets that become copies of bindings or scratch before it: sheet -> what it is a copy of. */
  readonly copies?: Readonly<Record<string, string>>;
  /** That it fills this scratch from this binding alone, by these dims: where the binding stays as it is, so may the scratch. */
  readonly prepares?: { readonly scratch: string; readonly from: string; readonly by: readonly D[] };
}

/** What holds for a variant of any number of passes. */
export interface VariantFacts<D extends string> {
  /** What this variant does that the one before it does not, in a line. */
  readonly idea: string;
  /** Whether it takes these dims on this device; absent: any. */
  readonly accepts?: (d: Values<D>, device: Capabilities) => boolean;
  /** Where it is likely faster than those after it in the order of trial: asked when one is chosen, not when one is forced. */
  readonly pays?: (d: Values<D>) => boolean;
}

/** A variant of a single dispatch, or of several that share scratch buffers. */
export type Variant<D extends string> = VariantFacts<D> &
  (
    | Pass<D>
    | {
        readonly passes: readonly Pass<D>[];
        /** Buffers that live for the run only, unless a pass `prepares` them: name -> number of 4-byte elements. */
        readonly scratch?: Readonly<Record<string, (d: Values<D>) => number>>;
        /** Which of them are sheets of texels instead of buffers, for devices that read those faster. */
        readonly sheets?: readonly string[];
      }
  );

export interface KernelDefinition<D extends string, B extends string> {
  /** `<folder of shaders>/<what>`, for example 'conv3x3/forward'. */
  readonly name: string;
  /** The unsigned members of the shader's uniform struct, in order. */
  readonly dims: readonly D[];
  /** The float members that follow them. */
  readonly scalars?: readonly D[];
  readonly bindings: Readonly<Record<B, Access>>;
  /** Number of 4-byte elements each binding has for these dims. */
  readonly elements: (d: Values<D>) => Readonly<Record<B, number>>;
  /** Floating-point operations that the formula needs, whatever the variant (a multiply-add is 2). */
  readonly flops: (d: Values<D>) => number;
  /** From naive to fast. The first takes any shape. */
  readonly variants: Readonly<Record<string, Variant<D>>>;
  /**
   * What a measured choice of the variant goes by (choices.ts): dims by their value, and dims by the class of their size.
   * Where variants differ in their last bits and make what a picture comes to, the batch is not among them: a picture's bits
   * must not depend on what it is batched with. Absent: the choice is not measured.
   */
  readonly choice?: { readonly by?: readonly D[]; readonly classes?: readonly D[] };
  /** Which variant to try first by kind of device; the first that accepts runs. Absent: from the last to the first. */
  readonly prefer?: Readonly<Partial<Record<Capabilities['kind'], readonly string[]>>>;
}

export type Kernel<D extends string = string, B extends string = string> = KernelDefinition<D, B>;

/** Declares an op. Types keep dims and bindings by name; the test of descriptors holds it against its shaders. */
export function defineKernel<const D extends string, const B extends string>(
  definition: KernelDefinition<D, B>,
): Kernel<D, B> {
  return definition;
}

/** The dispatches of a variant. */
export function passesOf<D extends string>(variant: Variant<D>): readonly Pass<D>[] {
  return 'passes' in variant ? variant.passes : [variant];
}

/**
 * Passes of which one has something to do, the first whose `takes` says so: few rows, as of small pictures in small batches, would leave most
 * of a high block of them empty, and few columns most of a wide one. All make the same bits, so that a picture's do not depend on its batch.
 */
export function oneOf<D extends string>(
  ...choices: readonly (readonly [pass: Pass<D>, takes: (d: Values<D>) => boolean])[]
): Pass<D>[] {
  const taken = (d: Values<D>) => choices.find(([, takes]) => takes(d))?.[0];
  return choices.map(([pass]) => ({ ...pass, grid: (d, c) => (taken(d) === pass ? pass.grid(d, c) : [0, 0, 0]) }));
}

/** For the last of `oneOf`. */
export const always = () => true;

/** Scratch buffers of a variant: name -> 4-byte elements. */
export function scratchOf<D extends string>(variant: Variant<D>, d: Values<D>): Record<string, number> {
  const sizes: Record<string, number> = {};
  if ('passes' in variant) for (const [name, size] of Object.entries(variant.scratch ?? {})) sizes[name] = size(d);
  return sizes;
}

/** Names of a variant's scratch that are sheets of texels. */
export function sheetsOf<D extends string>(variant: Variant<D>): readonly string[] {
  return 'passes' in variant ? (variant.sheets ?? []) : [];
}

/** What an op costs at these dims: flops of the formula, and bytes if every operand moves once. */
export function cost<D extends string>(kernel: Kernel<D>, d: Values<D>): { flops: number; bytes: number } {
  let elements = 0;
  for (const [name, count] of Object.entries(kernel.elements(d))) {
    elements += kernel.bindings[name] === 'update' ? 2 * count : count;
  }
  return { flops: kernel.flops(d), bytes: 4 * elements };
}

/** Whether a variant takes these dims on this device, its scratch and its workgroup memory included. */
export function accepts<D extends string>(variant: Variant<D>, d: Values<D>, device: Capabilities): boolean {
  const sheets = sheetsOf(variant);
  const tooLarge = ([name, elements]: [string, number]) =>
    elements * 4 > (sheets.includes(name) ? largestSheet(device.limits) : device.limits.maxStorageBufferBindingSize);
  if (Object.entries(scratchOf(variant, d)).some(tooLarge)) return false;
  return variant.accepts?.(d, device) ?? true;
}

/** The name of the variant that `run` takes for these dims on this device where none was measured. */
export function chooseVariant<D extends string>(kernel: Kernel<D>, d: Values<D>, device: Capabilities): string {
  const order = kernel.prefer?.[device.kind] ?? Object.keys(kernel.variants).reverse();
  const taking = order.filter((candidate) => accepts(variantNamed(kernel, candidate), d, device));
  const name = taking.find((candidate) => variantNamed(kernel, candidate).pays?.(d) ?? true) ?? taking[0];
  if (name) return name;
  throw new VggpuError('kernel', `No variant of ${kernel.name} takes ${JSON.stringify(d)} on this device.`);
}

/** @throws VggpuError 'kernel' with the names there are */
export function variantNamed<D extends string>(kernel: Kernel<D>, name: string): Variant<D> {
  const variant = kernel.variants[name];
  if (variant) return variant;
  throw new VggpuError(
    'kernel',
    `${kernel.name} has no variant '${name}'; it has ${Object.keys(kernel.variants).join(', ')}.`,
  );
}
