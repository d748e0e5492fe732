// What a kernel is: one descriptor an op, one WGSL file a variant; and how one is specialised, bound and dispatched.
import { VggpuError } from '../errors.js';
import type { Block } from './buffers.js';
import type { Capabilities, Gpu } from './gpu.js';
import type { Grid } from './grid.js';
import { readBindings, readConsts, type ShaderBinding, specialise } from './shader.js';

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
}

interface VariantFacts<D extends string> {
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
        /** Buffers that live for the run only: name -> number of 4-byte elements. */
        readonly scratch?: Readonly<Record<string, (d: Values<D>) => number>>;
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

/** Scratch buffers of a variant: name -> 4-byte elements. */
export function scratchOf<D extends string>(variant: Variant<D>, d: Values<D>): Record<string, number> {
  const sizes: Record<string, number> = {};
  if ('passes' in variant) for (const [name, size] of Object.entries(variant.scratch ?? {})) sizes[name] = size(d);
  return sizes;
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
  const largest = device.limits.maxStorageBufferBindingSize / 4;
  if (Object.values(scratchOf(variant, d)).some((elements) => elements > largest)) return false;
  return variant.accepts?.(d, device) ?? true;
}

/** The name of the variant that `run` takes for these dims on this device. */
export function chooseVariant<D extends string>(kernel: Kernel<D>, d: Values<D>, device: Capabilities): string {
  const order = kernel.prefer?.[device.kind] ?? Object.keys(kernel.variants).reverse();
  const taking = order.filter((candidate) => accepts(variantNamed(kernel, candidate), d, device));
  const name = taking.find((candidate) => variantNamed(kernel, candidate).pays?.(d) ?? true) ?? taking[0];
  if (name) return name;
  throw new VggpuError('kernel', `No variant of ${kernel.name} takes ${JSON.stringify(d)} on this device.`);
}

function variantNamed<D extends string>(kernel: Kernel<D>, name: string): Variant<D> {
  const variant = kernel.variants[name];
  if (variant) return variant;
  throw new VggpuError(
    'kernel',
    `${kernel.name} has no variant '${name}'; it has ${Object.keys(kernel.variants).join(', ')}.`,
  );
}

/**
 * Records one run of a kernel.
 * @param d values of its dims and scalars
 * @param tensors a block for each binding, at least as large as `elements` says
 * @param variantName a variant to force; otherwise the one chosen for this device
 * @throws VggpuError 'kernel' where a block is too small, or no variant takes the dims
 */
export function run<D extends string, B extends string>(
  gpu: Gpu,
  kernel: Kernel<D, B>,
  d: Values<D>,
  tensors: Readonly<Record<B, Block>>,
  variantName: string = chooseVariant(kernel, d, gpu.capabilities),
): void {
  const variant = variantNamed(kernel, variantName);
  checkSizes(kernel, d, tensors);
  const label = `${kernel.name}/${variantName}`;
  const blocks: Record<string, Block> = { ...tensors };
  const scratch = Object.entries(scratchOf(variant, d)).map(([name, elements]) => {
    blocks[name] = gpu.pool.take(elements * 4, `scratch '${name}' of ${label}`);
    return blocks[name];
  });
  for (const pass of passesOf(variant)) encode(gpu, kernel, label, pass, d, blocks);
  for (const block of scratch) gpu.pool.give(block);
}

function checkSizes<D extends string, B extends string>(
  kernel: Kernel<D, B>,
  d: Values<D>,
  tensors: Readonly<Record<B, Block>>,
): void {
  for (const [name, elements] of Object.entries<number>(kernel.elements(d))) {
    const block = tensors[name as B];
    if (block.bytes < elements * 4) {
      throw new VggpuError(
        'kernel',
        `${kernel.name} at ${JSON.stringify(d)} needs ${elements} elements in '${name}'; the tensor given has ${block.bytes / 4}.`,
      );
    }
  }
}

interface Program {
  readonly id: number;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly bindings: readonly ShaderBinding[];
  readonly consts: Readonly<Record<string, number>>;
  readonly uniformBytes: number;
}

function encode<D extends string>(
  gpu: Gpu,
  kernel: Kernel<D>,
  label: string,
  pass: Pass<D>,
  d: Values<D>,
  blocks: Readonly<Record<string, Block>>,
): void {
  const program = programFor(gpu, label, pass as Pass<string>, uniformBytes(kernel));
  const [x, y = 1, z = 1] = pass.grid(d, program.consts);
  if (x === 0 || y === 0 || z === 0) return;
  const most = gpu.capabilities.limits.maxComputeWorkgroupsPerDimension;
  if (Math.max(x, y, z) > most) {
    throw new VggpuError(
      'kernel',
      `${label} at ${JSON.stringify(d)} needs a grid of ${x} x ${y} x ${z}; at most ${most}.`,
    );
  }
  gpu.dispatch({
    pipeline: program.pipeline,
    group: groupFor(gpu, label, program, pass.rename ?? {}, blocks),
    uniform: program.bindings[0]?.type === 'uniform' ? packUniform(kernel, d) : new ArrayBuffer(0),
    grid: [x, y, z],
  });
}

function uniformBytes<D extends string>(kernel: Kernel<D>): number {
  return Math.ceil((4 * (kernel.dims.length + (kernel.scalars?.length ?? 0))) / 16) * 16;
}

function packUniform<D extends string>(kernel: Kernel<D>, d: Values<D>): ArrayBuffer {
  const bytes = new ArrayBuffer(uniformBytes(kernel));
  const view = new DataView(bytes);
  kernel.dims.forEach((name, i) => {
    view.setUint32(4 * i, d[name], true);
  });
  kernel.scalars?.forEach((name, i) => {
    view.setFloat32(4 * (kernel.dims.length + i), d[name], true);
  });
  return bytes;
}

/** The text a pass compiles to: its file, its consts set, its includes after it. */
export function programText(gpu: Pick<Gpu, 'shaderText'>, pass: Pass<string>): string {
  const text = specialise(pass.shader, gpu.shaderText(pass.shader), pass.consts ?? {});
  return [text, ...(pass.include ?? []).map((path) => gpu.shaderText(path))].join('\n');
}

let programs = 0;

function programFor(gpu: Gpu, label: string, pass: Pass<string>, uniformBytes: number): Program {
  const key = `program ${pass.shader} ${JSON.stringify(pass.consts ?? {})} ${uniformBytes}`;
  const known = gpu.cache.get(key) as Program | undefined;
  if (known) return known;
  const code = programText(gpu, pass);
  const bindings = readBindings(code);
  const layout = gpu.device.createBindGroupLayout({
    label,
    entries: bindings.map(({ index, type }) => ({
      binding: index,
      visibility: 0x4, // COMPUTE
      buffer: type === 'uniform' ? { type, hasDynamicOffset: true, minBindingSize: uniformBytes } : { type },
    })),
  });
  const pipeline = gpu.device.createComputePipeline({
    label: `${label} (${pass.shader})`,
    layout: gpu.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: gpu.device.createShaderModule({ label: pass.shader, code }), entryPoint: 'main' },
  });
  const program = { id: programs++, pipeline, layout, bindings, consts: readConsts(code), uniformBytes };
  gpu.cache.set(key, program);
  return program;
}

const bufferIds = new WeakMap<GPUBuffer, number>();
let buffers = 0;

function idOf(buffer: GPUBuffer): number {
  let id = bufferIds.get(buffer);
  if (id === undefined) {
    id = buffers++;
    bufferIds.set(buffer, id);
  }
  return id;
}

function groupFor(
  gpu: Gpu,
  label: string,
  program: Program,
  rename: Readonly<Record<string, string>>,
  blocks: Readonly<Record<string, Block>>,
): GPUBindGroup {
  const bound = program.bindings.map(({ name, type }) => {
    if (type === 'uniform') return { buffer: gpu.uniforms, bytes: 0 };
    const block = blocks[rename[name] ?? name];
    if (block) return block;
    throw new VggpuError('kernel', `${label} binds '${name}', which is neither a binding nor scratch of the op.`);
  });
  const key = `group ${program.id} ${bound.map(({ buffer, bytes }) => `${idOf(buffer)}:${bytes}`).join(' ')}`;
  const known = gpu.cache.get(key) as GPUBindGroup | undefined;
  if (known) return known;
  const group = gpu.device.createBindGroup({
    label,
    layout: program.layout,
    entries: program.bindings.map(({ index, type }, i) => {
      const { buffer, bytes } = bound[i]!;
      return { binding: index, resource: { buffer, size: type === 'uniform' ? program.uniformBytes : bytes } };
    }),
  });
  gpu.cache.set(key, group);
  return group;
}
