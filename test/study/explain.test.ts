// What explain and the explorer put together from shaders: shapes of tensors, pieces of WGSL, drawings, and where tiles come from.
import { describe, expect, it } from 'vitest';
import { conv3x3Forward } from '../../src/kernels/conv3x3.js';
import { kernels } from '../../src/kernels/index.js';
import type { Kernel, Values } from '../../src/kernels/kernel.js';
import { matmulNN } from '../../src/kernels/matmul.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { drawRoofline, drawSpread, drawWorkgroup } from '../../src/study/explain/drawing.js';
import { examplesOf } from '../../src/study/explain/example.js';
import { highlight } from '../../src/study/highlight.js';
import { coordinatesOf, formulaOf, layoutsOf } from '../../src/study/layout.js';
import { createMapping } from '../../src/study/mapping.js';
import { bindingsOf } from '../../src/study/passes.js';
import { shapeFrom } from '../../src/study/shapes.js';
import { createMachine } from '../../src/study/wgsl/index.js';
import { caseFor, everyDevice } from './cases.js';

const convolution = conv3x3Forward as unknown as Kernel;
const product = matmulNN as unknown as Kernel;
const CONV3_2 = { N: 1, H: 56, W: 56, C: 256, K: 256, pad: 1, relu: 1 };

describe('layouts', () => {
  it('reads shapes from headers, and works out what is not defined', () => {
    const text = shaderFromFile('conv3x3/forward/6_winograd4_multiply.wgsl');
    const layouts = layoutsOf(text, { C: 8, K: 12 }, { V: 36 * 5 * 8, U: 36 * (8 * 12 + 16), M: 36 * 5 * 12 });
    expect(layouts.get('V')).toEqual({ names: ['36', 'T', 'C'], sizes: [36, 5, 8] });
    expect(layouts.get('U')?.sizes).toEqual([36, 8, 12]);
    expect(coordinatesOf(layouts.get('U')!, 2 * 112 + 3 * 12 + 4, 36 * 112)).toEqual([2, 3, 4]);
    const direct = layoutsOf(shaderFromFile('conv3x3/forward/1_naive.wgsl'), CONV3_2, { x: 802_816, y: 802_816 });
    expect(direct.get('y')).toEqual({ names: ['N', 'P', 'Q', 'K'], sizes: [1, 56, 56, 256] });
    const pool = layoutsOf(shaderFromFile('max_pool/forward/1_naive.wgsl'), { N: 2, H: 5, W: 7, C: 3 }, { y: 36 });
    expect(pool.get('y')?.sizes).toEqual([2, 2, 3, 3]);
  });

  it('gives every op’s first variant a formula', () => {
    for (const kernel of kernels) {
      const first = Object.values(kernel.variants)[0]!;
      const shader = 'passes' in first ? first.passes[0]!.shader : first.shader;
      expect(formulaOf(shaderFromFile(shader)).join(' '), shader).toMatch(/=/);
    }
  });
});

describe('shapes', () => {
  it('takes layers, dims, and both', () => {
    expect(shapeFrom(convolution, 'conv3_2')).toEqual(CONV3_2);
    expect(shapeFrom(convolution, 'conv3_2,N=4,pad=0')).toEqual({ ...CONV3_2, N: 4, pad: 0 });
    expect(shapeFrom(product, 'fc1')).toEqual({ M: 1, K: 25_088, N: 4096, relu: 1 });
  });

  it('are usual where nothing is said: of no more than the memory of a small machine', () => {
    for (const kernel of kernels) {
      const elements = Object.values(kernel.elements(shapeFrom(kernel)));
      expect(Math.max(...elements), kernel.name).toBeLessThanOrEqual(2 ** 25);
      expect(kernel.flops(shapeFrom(kernel)), kernel.name).toBeLessThan(1e10);
    }
  });

  it('says what it takes instead', () => {
    expect(() => shapeFrom(convolution, 'rows=3')).toThrow(/'rows=3'.*N=NUMBER.*conv3_2/);
    expect(() => shapeFrom(convolution, 'N=1.5')).toThrow(/whole number/);
  });
});

describe('highlighting', () => {
  it('cuts every shader into pieces that put together are the shader', () => {
    const text = shaderFromFile('conv3x3/forward/4_tiled.wgsl');
    const pieces = highlight(text);
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    const styled = (style: string) => pieces.filter((piece) => piece.style === style).map((piece) => piece.text);
    expect(styled('keyword')).toContain('for');
    expect(styled('attribute')).toContain('@compute');
    expect(styled('type')).toContain('vec4f');
    expect(styled('number')).toContain('128u');
    expect(styled('comment').join('')).toContain('128 x 16 numbers of x');
    expect(styled('keyword')).not.toContain('form');
  });
});

describe('drawings', () => {
  const touched = (name: string, sharers: number[]) => ({
    ...{
      name,
      access: 'read' as const,
      workgroupMemory: false,
      accesses: 1,
      elements: 1,
      firstIndex: 0,
      nearestIndex: 0,
    },
    ...{ first: undefined, last: undefined, sharers, filledBy: undefined, spread: undefined },
  });

  it('shows who shares what in a workgroup', () => {
    expect(drawWorkgroup(8, 4, 1, [touched('x', [0, 2]), touched('w', [2, 5])])).toEqual([
      ...[
        'x#*·',
        '·w··',
        '# this one, x begins with the same of x, w begins with the same of w, * with the same of several',
      ],
    ]);
  });

  it('shows cells, many to a character where they do not fit', () => {
    expect(
      drawSpread({
        axes: [1, 2],
        cells: [
          [3, 5],
          [4, 7],
        ],
      }),
    ).toEqual({ lines: ['#··', '··#'], rows: '3..4', columns: '5..7' });
    const wide = drawSpread({
      axes: [0, 1],
      cells: [
        [0, 0],
        [0, 199],
      ],
    });
    expect(wide.lines).toEqual([`#${'·'.repeat(48)}#`]);
    expect(wide.columns).toBe('0..199, 4 to a character');
  });

  it('puts work under its roof', () => {
    const lines = drawRoofline(
      { flopsPerSecond: 1e12, bytesPerSecond: 1e11 },
      { intensity: 1, flopsPerSecond: 1e10 },
      '1 T',
    );
    const point = lines.findIndex((line) => line.includes('o'));
    const roof = lines.findIndex((line) => line.includes('-'));
    expect(roof).toBe(0);
    expect(point).toBeGreaterThan(roof);
  });
});

describe('mappings at the size of VGG16’s layers', () => {
  it('finds the writer of an element, and what it reads, among fifty thousand workgroups', () => {
    const d = { N: 1, H: 224, W: 224, C: 64, K: 64, pad: 1, relu: 1 };
    const mapping = createMapping(shaderFromFile, convolution, 'naive', d);
    const element = (100 * 224 + 50) * 64 + 17; // y[0, 100, 50, 17]
    expect(mapping.coordinates('y', element)).toEqual([0, 100, 50, 17]);
    const writer = mapping.writerOf('y', element)!;
    expect(writer.workgroup[0] * 64 + writer.invocation).toBe(element);
    const { accesses } = mapping.follow(writer);
    const of = (tensor: string) => accesses.filter((access) => access.tensor === tensor);
    expect(of('x').length).toBe(9 * 64);
    expect(mapping.coordinates('x', of('x')[0]!.index)).toEqual([0, 99, 49, 0]);
    expect(mapping.coordinates('x', of('x').at(-1)!.index)).toEqual([0, 101, 51, 63]);
    expect(new Set(of('w').map(({ index }) => index % 64))).toEqual(new Set([17]));
    expect(of('y').map(({ index, access }) => [index, access])).toEqual([[element, 'write']]);
  });

  it('follows all passes of Winograd’s algorithm back to the picture', () => {
    const mapping = createMapping(shaderFromFile, convolution, 'winograd4_subgroup8', CONV3_2, 8);
    const [weights, input, multiply, output] = examplesOf(mapping);
    expect(output?.coordinates).toEqual([0, 28, 28, 128]);
    expect(output?.touched.find(({ name }) => name === 'M')?.elements).toBe(36 * 4);
    expect(multiply?.touched.map(({ name, access }) => `${access} ${name}`)).toEqual(['read U', 'read V', 'write M']);
    expect(weights?.touched.find(({ name }) => name === 'w')?.elements).toBe(9 * 4);
    expect(input?.touched.find(({ name }) => name === 'x')?.spread?.cells.length).toBe(36);
  });

  it('tells who shares a read', () => {
    const mapping = createMapping(shaderFromFile, product, 'registers', { M: 64, K: 40, N: 512, relu: 0 });
    const followed = mapping.follow(mapping.writerOf('y', 9 * 512 + 100)!);
    const x = followed.accesses.find(({ tensor }) => tensor === 'x')!;
    const w = followed.accesses.find(({ tensor }) => tensor === 'w')!;
    expect(followed.sharers(x).length).toBe(31); // the whole workgroup of 32 needs the same rows
    expect(followed.sharers(w)).toEqual([]);
  });
});

describe('workgroup memory', () => {
  const tiled = [
    { variant: 'tiled', kernel: convolution },
    { variant: 'winograd4_tiled', kernel: convolution },
    { variant: 'tiledRegisters', kernel: product },
  ];
  it.each(tiled)('holds what the invocation that filled it had read: $variant', ({ kernel, variant }) => {
    const d = caseFor(kernel, variant, everyDevice) as Values<string>;
    const mapping = createMapping(shaderFromFile, kernel, variant, d);
    const number = mapping.run.passes.findIndex(({ text }) => /var<workgroup>/.test(text));
    const pass = mapping.run.passes[number]!;
    // Every tensor holds numbers of its own, so that a copy is known by its value.
    const contents = new Map(
      pass.bindings.map(({ tensor }, i) => [
        tensor,
        Float32Array.from({ length: mapping.run.bytes[tensor]! / 4 }, (_, at) => 100_000 * (i + 1) + at),
      ]),
    );
    const recording = { results: true, reads: true, writes: 'all', lines: false, values: true } as const;
    const bound = createMachine(pass.text, pass.shader, recording).bind(
      bindingsOf(pass, (tensor) => contents.get(tensor)!.buffer, mapping.run.uniform),
      pass.grid,
      32,
    );
    const written = pass.bindings.find(({ writable }) => writable)!.tensor;
    const writer = mapping.writerOf(written, 0)!;
    const followed = mapping.follow(writer);
    const real = [...bound.run(writer.workgroup).accesses(writer.invocation)];
    const reads = followed.accesses.flatMap((access, i) =>
      access.tensor === undefined && access.access === 'read' ? [i] : [],
    );
    expect(reads.length).toBeGreaterThan(10);
    for (const i of reads.filter((_, at) => at % Math.ceil(reads.length / 20) === 0)) {
      const { sources } = followed.filledBy(followed.accesses[i]!)!;
      expect(sources.length).toBe(1);
      const [{ tensor, index, count }] = sources as [(typeof sources)[number]];
      const held = [real[i]!.value].flat() as number[];
      if (held.every((value) => value === 0)) continue; // padding
      expect(held).toEqual(Array.from(contents.get(tensor!)!.subarray(index, index + count)));
    }
  });
});
