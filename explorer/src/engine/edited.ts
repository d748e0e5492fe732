// A shader that somebody has edited: compiled with the browser's messages, and run in its variant's place.
import type { Gpu, Kernel, Pass, Variant } from '../../../src/engine.js';
import { passesOf, variantNamed } from '../../../src/kernels/kernel.js';

/** What a compiler says of a line. */
export interface Message {
  readonly type: 'error' | 'warning' | 'info';
  /** From 1; 0 where it is about the whole text. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** The name under which the edited text is found in place of a file. */
const EDITED = 'edited.wgsl';

/** Compiles a text. @returns all that the compiler says, in the order of the lines */
export async function compile(gpu: Gpu, code: string): Promise<Message[]> {
  gpu.device.pushErrorScope('validation');
  const module = gpu.device.createShaderModule({ label: 'edited', code });
  const { messages } = await module.getCompilationInfo();
  const refused = await gpu.device.popErrorScope();
  const said = messages.map(
    ({ type, lineNum, linePos, message }): Message => ({ type, line: lineNum, column: linePos, text: message }),
  );
  if (refused && !said.some(({ type }) => type === 'error')) {
    said.push({ type: 'error', line: 0, column: 0, text: refused.message });
  }
  return said.sort((a, b) => a.line - b.line);
}

/**
 * The kernel with an edited text in one pass of a variant, and a device that knows it. The text has its consts and helpers in
 * it, so neither is set again; grids follow the consts of the text.
 * @param pass number of the pass whose text it is
 */
export function withEdited(
  gpu: Gpu,
  kernel: Kernel,
  variant: string,
  pass: number,
  code: string,
): { gpu: Gpu; kernel: Kernel } {
  const original = variantNamed(kernel, variant);
  const passes = passesOf(original).map((own, i): Pass<string> => {
    if (i !== pass) return own;
    const { shader: _, consts: __, include: ___, ...rest } = own;
    return { ...rest, shader: EDITED };
  });
  const { scratch = {}, sheets = [] } = 'passes' in original ? original : {};
  const edited: Variant<string> = { idea: 'edited', passes, scratch, sheets };
  return {
    gpu: { ...gpu, cache: new Map(), shaderText: (path) => (path === EDITED ? code : gpu.shaderText(path)) },
    kernel: { ...kernel, variants: { ...kernel.variants, edited } },
  };
}
