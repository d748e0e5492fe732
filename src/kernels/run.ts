// How a kernel runs: its shader specialised and compiled once, its tensors bound, its dispatches recorded.
import { VggpuError } from '../errors.js';
import type { Block } from './buffers.js';
import type { Gpu } from './gpu.js';
import { type Kernel, type Pass, passesOf, scratchOf, type Values, variantNamed } from './kernel.js';
import { factsOf, type RunFacts } from './profile.js';
import { readBindings, readConsts, type ShaderBinding, specialise } from './shader.js';

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
  variantName: string = gpu.choices.variant(kernel, d, gpu.capabilities),
): void {
  const variant = variantNamed(kernel, variantName);
  checkSizes(kernel, d, tensors);
  const label = `${kernel.name}/${variantName}`;
  const blocks: Record<string, Block> = { ...tensors };
  const scratch = Object.entries(scratchOf(variant, d)).map(([name, elements]) => {
    blocks[name] = gpu.pool.take(elements * 4, `scratch '${name}' of ${label}`);
    return blocks[name];
  });
  const facts = gpu.profiler.on ? factsOf(kernel, variantName, d) : undefined;
  for (const pass of passesOf(variant)) encode(gpu, kernel, label, pass, d, blocks, facts);
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
  facts: RunFacts | undefined,
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
    about: facts && { run: facts, pass: pass.shader },
  });
}

function uniformBytes<D extends string>(kernel: Kernel<D>): number {
  return Math.ceil((4 * (kernel.dims.length + (kernel.scalars?.length ?? 0))) / 16) * 16;
}

/** Contents of the uniform struct: dims as unsigned words, then scalars as floats. */
export function packUniform<D extends string>(kernel: Kernel<D>, d: Values<D>): ArrayBuffer {
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
  const compile = () =>
    gpu.device.createComputePipeline({
      label: `${label} (${pass.shader})`,
      layout: gpu.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: gpu.device.createShaderModule({ label: pass.shader, code }), entryPoint: 'main' },
    });
  const pipeline = gpu.profiler.span('compile', compile);
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
