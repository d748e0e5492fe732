// Reads what a WGSL file declares, and sets its tunable consts: the file on disk stays complete, valid WGSL.
import { VggpuError } from '../errors.js';

/** Gives the text of `shaders/<path>`; handed in by the host (files in Node, bundled text in a page). */
export type ShaderText = (path: string) => string;

/** One `@group(0) @binding(index) var` of a shader: a buffer, or a sheet. */
export interface ShaderBinding {
  readonly index: number;
  readonly name: string;
  readonly type: GPUBufferBindingType | SheetBindingType;
}

/** How a shader uses a sheet. */
export type SheetBindingType = 'read-sheet' | 'write-sheet';

const CONST = /^const\s+(\w+)(\s*:\s*\w+)?\s*=\s*(-?\d[\d.]*)([uifh]?)\s*;/gm;
const SHEET =
  /@group\(0\)\s*@binding\((\d+)\)\s*var\s+(\w+)\s*:\s*texture_storage_2d<\s*rgba32float\s*,\s*(read|write)\s*>/g;
const BINDING = /@group\(0\)\s*@binding\((\d+)\)\s*var<\s*(uniform|storage)\s*(?:,\s*(read_write|read))?\s*>\s*(\w+)/g;

/** The tunables of a shader: its top-level consts that are number literals, with the values in the file. */
export function readConsts(text: string): Record<string, number> {
  const consts: Record<string, number> = {};
  for (const [, name, , value] of text.matchAll(CONST)) consts[name!] = Number(value);
  return consts;
}

/** The bindings a shader declares in group 0, by ascending index. */
export function readBindings(text: string): ShaderBinding[] {
  const bindings: ShaderBinding[] = [];
  for (const [, index, space, access, name] of text.matchAll(BINDING)) {
    const type = space === 'uniform' ? 'uniform' : access === 'read_write' ? 'storage' : 'read-only-storage';
    bindings.push({ index: Number(index), name: name!, type });
  }
  for (const [, index, name, access] of text.matchAll(SHEET)) {
    bindings.push({ index: Number(index), name: name!, type: access === 'read' ? 'read-sheet' : 'write-sheet' });
  }
  return bindings.sort((a, b) => a.index - b.index);
}

/**
 * Replaces the values of named top-level consts and nothing else.
 * @throws VggpuError 'kernel' where the file has no such const.
 */
export function specialise(path: string, text: string, consts: Readonly<Record<string, number>>): string {
  const wanted = new Set(Object.keys(consts));
  const result = text.replace(CONST, (line, name: string, type: string | undefined, _value, suffix: string) => {
    if (!wanted.delete(name)) return line;
    return `const ${name}${type ?? ''} = ${consts[name]}${suffix};`;
  });
  if (wanted.size > 0) {
    throw new VggpuError(
      'kernel',
      `shaders/${path} has no const named ${[...wanted].join(', ')}; it has ${Object.keys(readConsts(text)).join(', ')}.`,
    );
  }
  return result;
}
