// The mapping shown is the mapping run: for every pass of every variant, who writes each element according to the interpreter is who wrote its
// number there on the GPU.
import { describe, expect, it } from 'vitest';
import { kernels } from '../../src/kernels/index.js';
import type { Kernel, Values } from '../../src/kernels/kernel.js';
import { createSheet, sheetRows } from '../../src/kernels/sheets.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { createMapping, type Mapping } from '../../src/study/mapping.js';
import { bindingsOf, type StudiedPass, type StudiedRun, studyRun, workgroupsOf } from '../../src/study/passes.js';
import { createMachine } from '../../src/study/wgsl/index.js';
import { useGpu } from '../gpu.js';
import { caseFor, contentsFor, everyDevice } from './cases.js';
import { instrument } from './write-ids.js';

const NOBODY = 0xffffffff;
const gpu = useGpu();

type Writers = Record<string, Uint32Array>;

function contentsOf(kernel: Kernel, run: StudiedRun, d: Values<string>, tensor: string): ArrayBuffer {
  return tensor in kernel.bindings ? contentsFor(kernel, tensor, d).buffer : new ArrayBuffer(run.bytes[tensor]!);
}

/** Who wrote each element on the GPU, by variable: as many in one run as the shader may bind a second buffer for. */
async function written(
  pass: StudiedPass,
  contents: (tensor: string) => ArrayBuffer,
  uniform: ArrayBuffer,
): Promise<Writers> {
  const room = gpu().capabilities.limits.maxStorageBuffersPerShaderStage - pass.bindings.length;
  const writable = pass.bindings.flatMap((binding) => (binding.writable ? [binding.variable] : []));
  const writers: Writers = {};
  for (let first = 0; room > 0 && first < writable.length; first += room)
    Object.assign(writers, await writtenIn(pass, writable.slice(first, first + room), contents, uniform));
  return writers;
}

async function writtenIn(
  pass: StudiedPass,
  variables: readonly string[],
  contents: (tensor: string) => ArrayBuffer,
  uniform: ArrayBuffer,
): Promise<Writers> {
  const { device } = gpu();
  const { code, ids } = instrument(pass, variables);
  const module = device.createShaderModule({ label: pass.shader, code });
  const { messages } = await module.getCompilationInfo();
  expect(
    messages.filter(({ type }) => type === 'error').map(({ message }) => message),
    code,
  ).toEqual([]);
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  const made: (GPUBuffer | GPUTexture)[] = [];
  const bufferOf = (data: ArrayBuffer, usage: number) => {
    const buffer = device.createBuffer({ size: Math.max(16, data.byteLength), usage: usage | 0x04 | 0x08 });
    device.queue.writeBuffer(buffer, 0, data);
    made.push(buffer);
    return buffer;
  };
  /** Of zeros: all sheets are scratch. */
  const sheetOf = ({ byteLength }: ArrayBuffer) => {
    const texture = createSheet(device, 'sheet', sheetRows(byteLength));
    made.push(texture);
    return texture.createView();
  };
  const entries: GPUBindGroupEntry[] = [];
  if (pass.uniform) entries.push({ binding: 0, resource: { buffer: bufferOf(uniform, 0x40) } });
  const noted: [variable: string, buffer: GPUBuffer, bytes: number][] = [];
  for (const { variable, tensor, index, sheet } of pass.bindings) {
    const data = contents(tensor);
    entries.push({ binding: index, resource: sheet ? sheetOf(data) : { buffer: bufferOf(data, 0x80) } });
    if (ids[variable] === undefined) continue;
    const writers = bufferOf(new Uint32Array(data.byteLength / 4).fill(NOBODY).buffer, 0x80);
    entries.push({ binding: ids[variable], resource: { buffer: writers } });
    noted.push([variable, writers, data.byteLength]);
  }
  const encoder = device.createCommandEncoder();
  const compute = encoder.beginComputePass();
  compute.setPipeline(pipeline);
  compute.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  compute.dispatchWorkgroups(...pass.grid);
  compute.end();
  device.queue.submit([encoder.finish()]);
  const writers: Writers = {};
  for (const [variable, buffer, bytes] of noted)
    writers[variable] = new Uint32Array(await gpu().read({ buffer, bytes }));
  for (const memory of made) memory.destroy();
  return writers;
}

/** Who writes each element by the interpreter's slice of the shader. */
function interpreted(
  pass: StudiedPass,
  contents: (tensor: string) => ArrayBuffer,
  uniform: ArrayBuffer,
  subgroup: number,
): Writers {
  const recording = { results: false, reads: false, writes: 'all', lines: false, values: false } as const;
  const machine = createMachine(pass.text, pass.shader, recording);
  const bound = machine.bind(bindingsOf(pass, contents, uniform), pass.grid, subgroup);
  const writers: Writers = {};
  const sizes = new Map(pass.bindings.map(({ variable, tensor }) => [variable, contents(tensor).byteLength]));
  for (const { variable, writable } of pass.bindings) {
    if (writable) writers[variable] = new Uint32Array(sizes.get(variable)! / 4).fill(NOBODY);
  }
  let group = 0;
  for (const workgroup of workgroupsOf(pass.grid)) {
    for (const { invocation, variable, index, count, inside } of bound.run(workgroup).accesses()) {
      const sheet = writers[variable];
      if (!sheet) continue; // workgroup memory
      if (!inside) expect.fail(`${pass.shader} writes ${variable}[${index}], which is outside`);
      sheet[index / count] = group * machine.invocations + invocation; // one number an element of the array
    }
    group++;
  }
  return writers;
}

describe.each(kernels.map((kernel) => ({ name: kernel.name, kernel })))('$name', ({ kernel }) => {
  it.each(Object.keys(kernel.variants))('%s', async (variant) => {
    const { capabilities } = gpu();
    const d = caseFor(kernel, variant, capabilities);
    if (!d) {
      expect(caseFor(kernel, variant, everyDevice), 'a case on some device').toBeDefined();
      console.warn(`${kernel.name}/${variant}: this adapter cannot run it, so its mapping was not compared here.`);
      return;
    }
    const run = studyRun(shaderFromFile, kernel, variant, d);
    const contents = (tensor: string) => contentsOf(kernel, run, d, tensor);
    const subgroup = capabilities.subgroupSize || 32;
    const mapping = createMapping(shaderFromFile, kernel, variant, d, subgroup);
    for (const [number, pass] of run.passes.entries()) {
      const expected = await written(pass, contents, run.uniform);
      if (Object.keys(expected).length === 0) {
        console.warn(
          `${pass.shader}: this adapter binds no more tensors than it has, so its mapping was not compared here.`,
        );
        continue;
      }
      const actual = interpreted(pass, contents, run.uniform, subgroup);
      expect(Object.keys(actual)).toEqual(Object.keys(expected));
      for (const [variable, sheet] of Object.entries(expected)) {
        expect(
          sheet.some((id) => id !== NOBODY),
          `${pass.shader} writes ${variable}`,
        ).toBe(true);
        const own = actual[variable]!;
        const wrong = sheet.findIndex((id, i) => id !== own[i]);
        expect(own[wrong], `writer of ${variable}[${wrong}] in ${pass.shader}`).toBe(sheet[wrong]);
      }
      expectFound(mapping, number, pass, expected);
    }
    await gpu().finish();
  });
});

/** The search from an element to its writer finds the same. */
function expectFound(mapping: Mapping, number: number, pass: StudiedPass, expected: Writers): void {
  if (mapping.run.kernel.name === 'correct/count') return; // whether it writes depends on the data
  const machine = createMachine(pass.text, pass.shader);
  const size = machine.invocations;
  for (const binding of pass.bindings) {
    const { variable, tensor } = binding;
    const sheet = expected[variable];
    if (!sheet || mapping.writerOf(tensor, 0)?.pass !== number) continue;
    const filled = sheet.findLastIndex((id) => id !== NOBODY) + 1;
    const bytes = mapping.run.bytes[tensor]!;
    const scalarBytes = machine.variables.find(({ name }) => name === variable)!.scalarBytes;
    const wide = elementsTogether(pass.text, binding);
    for (const at of new Set([0, 1, Math.floor(filled / 3), Math.floor(filled / 2), filled - 1])) {
      const element = at * wide;
      if (sheet[at] === undefined || sheet[at] === NOBODY || element * scalarBytes >= bytes) continue;
      const writer = mapping.writerOf(tensor, element);
      expect(writer, `writer of ${tensor}[${element}]`).toBeDefined();
      const [x, y, z] = writer!.workgroup;
      const id = ((z * pass.grid[1] + y) * pass.grid[0] + x) * size + writer!.invocation;
      expect(id, `writer of ${tensor}[${element}] in ${pass.shader}`).toBe(sheet[at]);
    }
  }
}

/** Scalars of an element of the variable's array, or of a texel. */
function elementsTogether(text: string, { variable, sheet }: StudiedPass['bindings'][number]): number {
  if (sheet) return 4;
  return Number(new RegExp(`\\b${variable}: array<vec([234])`).exec(text)?.[1] ?? 1);
}
