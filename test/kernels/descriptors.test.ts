// Holds every descriptor against its shaders: bindings, uniform struct, workgroup size, header, files; and compiles them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import { kernels } from '../../src/kernels/index.js';
import { type Kernel, type Pass, passesOf, scratchOf, sheetsOf, type Variant } from '../../src/kernels/kernel.js';
import { programText } from '../../src/kernels/program.js';
import { readConsts } from '../../src/kernels/shader.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { useGpu } from '../gpu.js';

const root = join(import.meta.dirname, '../..');
const source = { shaderText: shaderFromFile };
const every = kernels.flatMap((kernel) =>
  Object.entries(kernel.variants).map(([name, variant]) => ({ name: `${kernel.name}/${name}`, kernel, variant })),
);
const reflected = new Map<string, WgslReflect>();

/** What wgsl_reflect can read: it takes `block` for a keyword, which it is not, and does not know matrices of subgroups. */
function readable(text: string): string {
  return text
    .replaceAll(/\bblock\b/g, 'block_')
    .replaceAll(/\bsubgroup_matrix_\w+<[^>]*>/g, 'mat4x4f')
    .replaceAll(/\b(subgroupMatrix\w+)<[^(]*>\(/g, '$1(');
}

function reflect(pass: Pass<string>): WgslReflect {
  const text = programText(source, pass);
  const found = reflected.get(text) ?? new WgslReflect(readable(text));
  reflected.set(text, found);
  return found;
}

/** The storage variables of a pass, buffers and sheets, as the op or its scratch calls them: name -> whether the shader may write it. */
function boundBy(pass: Pass<string>): [name: string, writes: boolean][] {
  return reflect(pass).storage.map(({ name, access }) => [pass.rename?.[name] ?? name, access !== 'read']);
}

/** Which of them are sheets. */
function sheetsBoundBy(pass: Pass<string>): string[] {
  const sheets = reflect(pass).storage.filter(({ type }) => type.name === 'texture_storage_2d');
  return sheets.map(({ name }) => pass.rename?.[name] ?? name);
}

const scratchNames = (variant: Variant<string>) => ('passes' in variant ? Object.keys(variant.scratch ?? {}) : []);
const numberOf = (shader: string) => Number(/\/(\d+)_\w+\.wgsl$/.exec(shader)?.[1]);
const header = (shader: string) => /^(?:enable [^;]+;\s*)*((\/\/.*\n)+)/.exec(shaderFromFile(shader))?.[1] ?? '';

describe('the list of kernels', () => {
  it('holds every descriptor of src/kernels once', async () => {
    const names: string[] = [];
    for (const file of readdirSync(join(root, 'src/kernels'))) {
      if (file === 'index.ts') continue;
      const path = join(root, 'src/kernels', file);
      const module: Record<string, unknown> = await import(path);
      for (const value of Object.values(module)) {
        if (typeof value === 'object' && value !== null && 'variants' in value) names.push((value as Kernel).name);
      }
    }
    expect(kernels.map(({ name }) => name).sort()).toEqual([...new Set(names)].sort());
  });

  it('uses every file under shaders/, numbered without gaps', () => {
    const files = readdirSync(join(root, 'shaders'), { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.wgsl'));
    const passes = every.flatMap(({ variant }) => passesOf(variant));
    const used = new Set(passes.flatMap(({ shader, include = [] }) => [shader, ...include]));
    expect(files.filter((file) => !used.has(file))).toEqual([]);
    expect([...used].filter((file) => !files.includes(file))).toEqual([]);
    for (const { name } of kernels) {
      const own = files.filter((file) => file.startsWith(`${name}/`)).map(numberOf);
      const numbers = [...new Set(own)].sort((a, b) => a - b);
      expect(numbers, `numbers of the files in shaders/${name}`).toEqual(numbers.map((_, i) => i + 1));
    }
  });
});

describe.each(kernels.map((kernel) => ({ name: kernel.name, kernel })))('$name', ({ kernel }) => {
  const variants = Object.entries(kernel.variants);

  it('begins with a variant that takes any shape, and always finds one', () => {
    expect(variants[0]?.[1].accepts).toBeUndefined();
    for (const [kind, names] of Object.entries(kernel.prefer ?? {})) {
      expect(
        names.filter((name) => !kernel.variants[name]),
        `unknown variants preferred on a ${kind}`,
      ).toEqual([]);
      expect(
        names.some((name) => kernel.variants[name]?.accepts === undefined),
        `a ${kind} has a variant for any shape`,
      ).toBe(true);
    }
  });

  it('orders its variants as their files are numbered, each with its idea', () => {
    // The last pass is always the op's own; those before it may be shared with another op.
    const own = variants.map(([, variant]) =>
      passesOf(variant).filter(({ shader }) => shader.startsWith(`${kernel.name}/`)),
    );
    const numbers = own.map((passes) => Math.max(...passes.map(({ shader }) => numberOf(shader))));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    for (const [i, [name, variant]] of variants.entries()) {
      expect(variant.idea, name).toMatch(/\S{2}/);
      expect(own[i], name).toContain(passesOf(variant).at(-1));
    }
  });
});

describe.each(every)('$name', ({ kernel, variant }) => {
  const passes = passesOf(variant);

  it('binds what the descriptor says', () => {
    const written = new Set<string>();
    const scratch = scratchNames(variant);
    for (const pass of passes) {
      const bound = boundBy(pass);
      for (const copy of Object.keys(pass.copies ?? {})) written.add(copy);
      expect(new Set(bound.map(([name]) => name)).size, `${pass.shader} binds each tensor once`).toBe(bound.length);
      for (const [name, writes] of bound) {
        const access = scratch.includes(name) ? 'write' : kernel.bindings[name];
        expect(access, `'${name}' of ${pass.shader} is a binding or scratch`).toBeDefined();
        if (writes) {
          expect(access, `'${name}' of ${pass.shader} may be written`).not.toBe('read');
          written.add(name);
        } else if (access === 'write') {
          expect([...written], `'${name}' is written before ${pass.shader} reads it`).toContain(name);
        }
      }
    }
    const copied = passes.flatMap((pass) => Object.values(pass.copies ?? {}));
    const all = new Set([...copied, ...passes.flatMap((pass) => boundBy(pass).map(([name]) => name))]);
    expect([...all].sort(), 'every binding and scratch is used').toEqual(
      [...Object.keys(kernel.bindings), ...scratch].sort(),
    );
    for (const [name, access] of Object.entries(kernel.bindings)) {
      if (access !== 'read') expect([...written], `'${name}' is written`).toContain(name);
    }
  });

  it('binds sheets where it says so, and copies what is as large into them', () => {
    const sheets = new Set(passes.flatMap(sheetsBoundBy));
    expect([...sheets].sort()).toEqual([...sheetsOf(variant)].sort());
    for (const pass of passes) {
      const bound = boundBy(pass).map(([name]) => name);
      expect(bound.filter((name) => sheets.has(name))).toEqual(sheetsBoundBy(pass)); // never as a buffer
      for (const [to, from] of Object.entries(pass.copies ?? {})) {
        expect(sheets.has(to) && !sheets.has(from), `${from} to ${to}`).toBe(true);
        expect(bound, `${pass.shader} binds what is copied for it`).toContain(to);
        const d = Object.fromEntries(kernel.dims.map((name, i) => [name, name === 'pad' ? 1 : 8 + 4 * i]));
        const sizes: Record<string, number> = { ...kernel.elements(d), ...scratchOf(variant, d) };
        expect(sizes[to]).toBe(sizes[from]);
      }
    }
  });

  it('prepares one scratch at most, by a pass that reads a single binding', () => {
    const preparing = passes.filter(({ prepares }) => prepares);
    expect(preparing.length).toBeLessThanOrEqual(1);
    for (const pass of preparing) {
      const { scratch, from, by } = pass.prepares!;
      expect(new Map(boundBy(pass))).toEqual(
        new Map([
          [from, false],
          [scratch, true],
        ]),
      );
      expect(kernel.bindings[from]).toBe('read');
      const read = [...programText(source, pass).matchAll(/\bdims\.(\w+)/g)].map(([, name]) => name!);
      expect([...new Set(read)].sort(), 'the dims that its shader reads').toEqual([...by].sort());
    }
  });

  it('has the uniform struct and the binding numbers that dispatch packs', () => {
    const { dims, scalars = [] } = kernel;
    for (const pass of passes) {
      const { uniforms, storage } = reflect(pass);
      expect(uniforms.length, pass.shader).toBeLessThanOrEqual(1);
      const indices = [...uniforms, ...storage].map(({ group, binding }) => [group, binding]);
      expect(
        indices.sort(([, a], [, b]) => a! - b!),
        pass.shader,
      ).toEqual(indices.map((_, i) => [0, i]));
      if (!uniforms[0]) continue;
      expect(uniforms[0].binding).toBe(0);
      expect(uniforms[0].members?.map(({ name, type }) => `${name}: ${type.name}`)).toEqual([
        ...dims.map((name) => `${name}: u32`),
        ...scalars.map((name) => `${name}: f32`),
      ]);
    }
  });

  it('has one entry point, main, whose workgroup size is made of consts', () => {
    for (const pass of passes) {
      const text = programText(source, pass);
      const consts = readConsts(text);
      expect(reflect(pass).entry.compute.map(({ name }) => name)).toEqual(['main']);
      const sizes =
        /@workgroup_size\(([^)]*)\)/
          .exec(text)?.[1]
          ?.split(',')
          .map((part) => part.trim()) ?? [];
      expect(
        sizes.filter((name) => !(name in consts) && !/^\d+u?$/.test(name)),
        pass.shader,
      ).toEqual([]);
      const invocations = sizes.reduce((product, name) => product * (consts[name] ?? Number.parseInt(name, 10)), 1);
      expect(invocations).toBeGreaterThan(0);
      expect(invocations, `invocations of ${pass.shader} on any device`).toBeLessThanOrEqual(256);
      expect(text, `${pass.shader} has no overrides`).not.toMatch(/^\s*(@id\(\d+\)\s*)?override\s/m);
    }
  });

  it('opens each shader with formula, layout, mapping, reuse and cost, and what changed', () => {
    for (const { shader } of passes) {
      const text = header(shader);
      expect(text, shader).toMatch(/^\/\/ \S/);
      for (const word of ['Layout', 'Mapping', 'Reuse', 'Cost']) {
        expect(text, `${shader}: ${word}`).toMatch(new RegExp(`^// ${word} `, 'm'));
      }
    }
    const first = passes[0]!.shader;
    if (numberOf(first) > 1) {
      expect(passes.map(({ shader }) => header(shader)).join(''), `${first}: Before`).toMatch(/^\/\/ Before /m);
    }
  });
});

describe('on the device', () => {
  const gpu = useGpu();
  const features: Record<string, string> = {
    f16: 'shader-f16',
    subgroups: 'subgroups',
    chromium_experimental_subgroup_matrix: 'chromium-experimental-subgroup-matrix',
  };

  it('every specialised shader compiles without a message', async () => {
    const { device } = gpu();
    const texts = new Map<string, string>();
    for (const { variant } of every) {
      for (const pass of passesOf(variant)) {
        const text = programText(source, pass);
        const needs = [...text.matchAll(/^enable\s+([^;]+);/gm)].flatMap(([, names]) => names!.split(/,\s*/));
        if (needs.every((name) => device.features.has(features[name]!))) texts.set(text, pass.shader);
      }
    }
    const messages: string[] = [];
    for (const [code, shader] of texts) {
      const { messages: found } = await device.createShaderModule({ label: shader, code }).getCompilationInfo();
      for (const { type, lineNum, message } of found) messages.push(`${shader}:${lineNum}: ${type}: ${message}`);
    }
    expect(messages).toEqual([]);
    expect(texts.size).toBeGreaterThan(kernels.length);
    await gpu().finish();
  });
});
