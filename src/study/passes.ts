// The dispatches of a kernel as the study sees them: text, grid and bindings of each pass, and how to interpret them all.
import { type Kernel, type Pass, passesOf, scratchOf, type Values, variantNamed } from '../kernels/kernel.js';
import { packUniform, programText } from '../kernels/program.js';
import { readBindings, readConsts, type ShaderText } from '../kernels/shader.js';
import { createMachine, RESULTS, type Triple } from './wgsl/index.js';

/** One dispatch at given dims. */
export interface StudiedPass {
  /** File under `shaders/`. */
  readonly shader: string;
  /** Text as it is compiled: consts set, includes after it. */
  readonly text: string;
  readonly grid: Triple;
  readonly consts: Readonly<Record<string, number>>;
  /** Variables of the shader that are bound, and the tensor or scratch behind each; the uniform is not among them. */
  readonly bindings: readonly {
    readonly variable: string;
    readonly tensor: string;
    readonly index: number;
    readonly writable: boolean;
    /** Whether it is a sheet of texels, not a buffer. */
    readonly sheet: boolean;
  }[];
  /** Name of the uniform variable, where there is one. */
  readonly uniform: string | undefined;
  /** Scratch that becomes a copy before it: name -> what of. */
  readonly copies: Readonly<Record<string, string>>;
}

export interface StudiedRun {
  readonly kernel: Kernel;
  readonly variant: string;
  readonly dims: Values<string>;
  readonly passes: readonly StudiedPass[];
  /** Bytes of each binding and scratch buffer. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly uniform: ArrayBuffer;
}

/** @throws VggpuError 'kernel' where there is no such variant */
export function studyRun(shaderText: ShaderText, kernel: Kernel, variant: string, dims: Values<string>): StudiedRun {
  const found = variantNamed(kernel, variant);
  const elements = { ...kernel.elements(dims), ...scratchOf(found, dims) };
  return {
    ...{ kernel, variant, dims, uniform: packUniform(kernel, dims) },
    passes: passesOf(found)
      .map((pass) => studyPass(shaderText, pass, dims))
      .filter(({ grid }) => Math.min(...grid) > 0), // of passes that take turns by shape, the others have no workgroups
    bytes: Object.fromEntries(Object.entries(elements).map(([name, count]) => [name, 4 * Math.ceil(count)])),
  };
}

function studyPass(shaderText: ShaderText, pass: Pass<string>, dims: Values<string>): StudiedPass {
  const text = programText({ shaderText }, pass);
  const consts = readConsts(text);
  const [x, y = 1, z = 1] = pass.grid(dims, consts);
  const bindings = readBindings(text);
  return {
    ...{ shader: pass.shader, text, consts, grid: [x, y, z] },
    bindings: bindings
      .filter(({ type }) => type !== 'uniform')
      .map(({ name, index, type }) => ({
        ...{ variable: name, tensor: pass.rename?.[name] ?? name, index },
        writable: type === 'storage' || type === 'write-sheet',
        sheet: type === 'read-sheet' || type === 'write-sheet',
      })),
    uniform: bindings.find(({ type }) => type === 'uniform')?.name,
    copies: pass.copies ?? {},
  };
}

/** What a pass binds, out of tensors by name. */
export function bindingsOf<Contents>(
  { bindings, uniform }: StudiedPass,
  contentsOf: (tensor: string) => Contents,
  dims: ArrayBuffer,
): Record<string, Contents | ArrayBuffer> {
  return {
    ...Object.fromEntries(bindings.map(({ variable, tensor }) => [variable, contentsOf(tensor)])),
    ...(uniform ? { [uniform]: dims } : {}),
  };
}

/** Every workgroup of a grid, x innermost. */
export function* workgroupsOf([x, y, z]: Triple): Generator<Triple> {
  for (let c = 0; c < z; c++) for (let b = 0; b < y; b++) for (let a = 0; a < x; a++) yield [a, b, c];
}

/** Interprets all workgroups of all passes; for small shapes. @param tensors by binding, changed by it */
export function interpret(run: StudiedRun, tensors: Readonly<Record<string, ArrayBuffer>>, subgroupSize: number): void {
  const scratch = new Map<string, ArrayBuffer>();
  const contentsOf = (name: string): ArrayBuffer => {
    const known = tensors[name] ?? scratch.get(name);
    if (known) return known;
    const made = new ArrayBuffer(run.bytes[name] ?? 0);
    scratch.set(name, made);
    return made;
  };
  for (const pass of run.passes) {
    for (const [to, from] of Object.entries(pass.copies)) scratch.set(to, contentsOf(from).slice(0, run.bytes[to]));
    const machine = createMachine(pass.text, pass.shader, RESULTS);
    const bound = machine.bind(bindingsOf(pass, contentsOf, run.uniform), pass.grid, subgroupSize);
    for (const workgroup of workgroupsOf(pass.grid)) bound.run(workgroup);
  }
}
