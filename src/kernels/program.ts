// How a pass becomes a pipeline: its shader specialised and compiled once for each device, its bindings read, its uniform struct packed.
import type { Gpu } from './gpu.js';
import type { Kernel, Pass, Values } from './kernel.js';
import { readBindings, readConsts, type ShaderBinding, specialise } from './shader.js';

/** A compiled pass. */
export interface Program {
  readonly id: number;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly bindings: readonly ShaderBinding[];
  readonly uniformBytes: number;
}

/** Bytes of the shader's uniform struct. */
export function uniformBytes<D extends string>(kernel: Kernel<D>): number {
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

/** The consts of a pass, with the values that it runs with. Nothing is compiled: it may turn out to have nothing to do. */
export function constsFor(gpu: Gpu, pass: Pass<string>): Readonly<Record<string, number>> {
  const key = `consts ${keyOf(pass)}`;
  const known = gpu.cache.get(key) as Readonly<Record<string, number>> | undefined;
  if (known) return known;
  const consts = readConsts(programText(gpu, pass));
  gpu.cache.set(key, consts);
  return consts;
}

function keyOf({ shader, consts = {} }: Pass<string>): string {
  return `${shader} ${JSON.stringify(consts)}`;
}

function layoutOf(type: ShaderBinding['type'], uniformBytes: number): Partial<GPUBindGroupLayoutEntry> {
  switch (type) {
    case 'uniform':
      return { buffer: { type, hasDynamicOffset: true, minBindingSize: uniformBytes } };
    case 'read-sheet':
      return { storageTexture: { format: 'rgba32float', access: 'read-only' } };
    case 'write-sheet':
      return { storageTexture: { format: 'rgba32float', access: 'write-only' } };
    default:
      return { buffer: { type } };
  }
}

let programs = 0;

/** The program of a pass, compiled once for each device. @param label what an error shall call it */
export function programFor(gpu: Gpu, label: string, pass: Pass<string>, uniformBytes: number): Program {
  const key = `program ${keyOf(pass)} ${uniformBytes}`;
  const known = gpu.cache.get(key) as Program | undefined;
  if (known) return known;
  const code = programText(gpu, pass);
  const bindings = readBindings(code);
  const layout = gpu.device.createBindGroupLayout({
    label,
    entries: bindings.map(({ index, type }) => ({
      binding: index,
      visibility: 0x4, // COMPUTE
      ...layoutOf(type, uniformBytes),
    })),
  });
  const compile = () =>
    gpu.device.createComputePipeline({
      label: `${label} (${pass.shader})`,
      layout: gpu.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: gpu.device.createShaderModule({ label: pass.shader, code }), entryPoint: 'main' },
    });
  const pipeline = gpu.profiler.span('compile', compile);
  const program = { id: programs++, pipeline, layout, bindings, uniformBytes };
  gpu.cache.set(key, program);
  return program;
}
