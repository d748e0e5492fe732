// Rules of WGSL on small programs, against results worked out by hand.
import { describe, expect, it } from 'vitest';
import { createMachine, RESULTS, type Triple } from '../../src/study/wgsl/index.js';

const OUTPUT = '@group(0) @binding(0) var<storage, read_write> y: array<u32>;\n';
const FLOATS = '@group(0) @binding(0) var<storage, read_write> y: array<f32>;\n';

/** Runs one workgroup and gives y. */
function result(text: string, { count = 8, subgroup = 4, floats = false } = {}): number[] {
  const y = new ArrayBuffer(4 * count);
  createMachine(text, 'test.wgsl', RESULTS).bind({ y }, [1, 1, 1], subgroup).run([0, 0, 0]);
  return Array.from(floats ? new Float32Array(y) : new Uint32Array(y));
}

const main = (body: string, size = 1) =>
  `@compute @workgroup_size(${size}) fn main(@builtin(local_invocation_index) i: u32, @builtin(subgroup_invocation_id) lane: u32) {\n${body}\n}`;

describe('numbers', () => {
  it('wraps whole numbers, and divides by zero as WGSL does', () => {
    const body = `
      let big = 4000000000u;
      y[0] = big + big; y[1] = big * 3u; y[2] = 0u - 1u; y[3] = 7u / (i); y[4] = 7u % i; y[5] = bitcast<u32>(-7 / 2);
      y[6] = bitcast<u32>(-7 % 4); y[7] = (1u << 31u) >> 3u;`;
    const expected = [3705032704, 3410065408, 4294967295, 7, 0, 4294967293, 4294967293, 268435456];
    expect(result(OUTPUT + main(body))).toEqual(expected);
  });

  it('rounds floats after each operation, and reads abstract numbers as what they are used as', () => {
    const third = Math.fround(1 / 3);
    const body = `
      let third: f32 = 1 / 3.0;
      y[0] = third; y[1] = third * third + 0.1; y[2] = f32(i) + 16777217; y[3] = fma(third, 3.0, -1.0);
      y[4] = f32(u32(3.9)); y[5] = f32(i32(-3.9)); y[6] = f32(u32(-1.0)); y[7] = select(1.0, 2.0, third > 0.3);`;
    const sum = Math.fround(Math.fround(third * third) + Math.fround(0.1));
    expect(result(FLOATS + main(body), { floats: true })).toEqual([
      ...[third, sum, 16777216, Math.fround(third * 3 - 1), 3, -3, 0, 2],
    ]);
  });

  it('multiplies columns of a matrix by a vector, and picks components', () => {
    const body = `
      let m = mat2x3f(vec3f(1.0, 2.0, 3.0), vec3f(4.0, 5.0, 6.0));
      let v = m * vec2f(10.0, 100.0);
      var w = vec4f(v, 7.0).wzyx;
      w.y = 1.5; w[2] += 0.5;
      y[0] = v.x; y[1] = v.y; y[2] = v.z; y[3] = w.x; y[4] = w.y; y[5] = w.z; y[6] = w.w; y[7] = dot(v.xy, vec2f(1.0));`;
    expect(result(FLOATS + main(body), { floats: true })).toEqual([410, 520, 630, 7, 1.5, 520.5, 410, 930]);
  });
});

describe('statements', () => {
  it('leaves and goes on with loops, through a switch', () => {
    const body = `
      var n = 0u;
      for (var a = 0u; a < 10u; a++) {
        if (a == 2u) { continue; }
        switch a { case 3u, 4u: { n += 100u; continue; } case 7u: { n += 1000u; break; } default: { n += 1u; } }
        for (var b = 0u; ; b++) { if (b > a) { break; } if (b == 1u) { continue; } n += 10u; }
        if (a == 8u) { break; }
      }
      y[0] = n;
      var k = 0u;
      loop { k += 2u; if (k == 4u) { continue; } y[1] += k; continuing { k += 1u; break if k > 9u; } }
      y[2] = k;
      while (k > 3u) { k /= 2u; }
      y[3] = k;`;
    // a = 0, 1, 5, 6, 7, 8: 5 ones, 1000 for 7, 2 hundreds; tens for b = 0..a without 1: 1 + 1 + 5 + 6 + 7 + 8
    expect(result(OUTPUT + main(body)).slice(0, 4)).toEqual([5 + 1000 + 200 + 280, 2 + 5 + 8 + 11, 12, 3]);
  });

  it('copies structs and arrays, and changes them through pointers', () => {
    const text = `${OUTPUT}
      struct Pair { a: u32, b: array<u32, 2> }
      var<private> mine: u32 = 5u;
      fn add(p: ptr<function, Pair>, amount: u32) -> u32 { (*p).a += amount; p.b[1] = mine; mine++; return p.a; }
      ${main(`
        var one = Pair(1u, array<u32, 2>(2u, 3u));
        var two = one;
        y[0] = add(&two, 10u); y[1] = one.a; y[2] = two.b[1]; y[3] = one.b[1]; y[4] = mine;
        let old = two.b; two.b[0] = 9u; y[5] = old[0]; y[6] = two.b[0];`)}`;
    expect(result(text)).toEqual([11, 1, 5, 3, 6, 2, 9, 0]);
  });
});

describe('invocations together', () => {
  it('waits at barriers', () => {
    const text = `${OUTPUT}var<workgroup> shared_: array<u32, 8>;\n${main(
      'shared_[i] = i * i; workgroupBarrier(); y[i] = shared_[7u - i]; workgroupBarrier(); shared_[i] = 0u;',
      8,
    )}`;
    expect(result(text)).toEqual([49, 36, 25, 16, 9, 4, 1, 0]);
  });

  it('refuses barriers that only some reach together', () => {
    const text = OUTPUT + main('if (i < 4u) {\n workgroupBarrier(); } else {\n workgroupBarrier(); }', 8);
    expect(() => result(text)).toThrow(/different lines: 4, 5/);
  });

  it('hands values round in subgroups, of the size that is asked for', () => {
    const text =
      OUTPUT + main('y[i] = subgroupBroadcast(i, 1u) * 100u + subgroupShuffleXor(i, 1u) * 10u + subgroupAdd(1u);', 8);
    expect(result(text)).toEqual([114, 104, 134, 124, 554, 544, 574, 564]);
    expect(result(text, { subgroup: 8 })).toEqual([118, 108, 138, 128, 158, 148, 178, 168]);
  });

  it('adds atomically', () => {
    const text = `@group(0) @binding(0) var<storage, read_write> y: array<atomic<u32>>;\n${main(
      'let before = atomicAdd(&y[0], i); atomicMax(&y[1], before); if (atomicLoad(&y[0]) > 20u) { atomicStore(&y[2], i); }',
      8,
    )}`;
    expect(result(text).slice(0, 3)).toEqual([28, 21, 7]);
  });
});

describe('the record', () => {
  const everything = { results: true, reads: true, writes: 'all', lines: true, values: true } as const;

  it('has line, place and value of each access, and the lines in order', () => {
    const text = `@group(0) @binding(0) var<storage, read> x: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
fn twice(v: vec2f) -> f32 {
  return v.x * 2.0;
}
@compute @workgroup_size(2)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x > 4u) {
    return;
  }
  y[id.x] = twice(x[id.x]);
}`;
    const x = Float32Array.from({ length: 12 }, (_, i) => i).buffer;
    const bound = createMachine(text, 'test.wgsl', everything).bind({ x, y: new ArrayBuffer(24) }, [3, 1, 1], 4);
    const trace = bound.run([2, 0, 0], { followed: 0 });
    expect([...trace.accesses()]).toEqual([
      ...[{ invocation: 0, line: 11, variable: 'x', access: 'read', index: 8, count: 2, inside: true, value: [8, 9] }],
      ...[{ invocation: 0, line: 11, variable: 'y', access: 'write', index: 4, count: 1, inside: true, value: 16 }],
    ]);
    expect(Array.from({ length: trace.steps }, (_, i) => trace.step(i))).toEqual([
      ...[
        { line: 8, accesses: 0 },
        { line: 11, accesses: 0 },
        { line: 4, accesses: 1 },
      ],
    ]);
  });

  it('tells accesses outside of a variable, which read zero and write nothing', () => {
    const text = OUTPUT + main('y[1] = y[9u + i] + 1u;\n y[8] = 5u;');
    const y = new Uint32Array(8).fill(7);
    const machine = createMachine(text, 'test.wgsl', everything);
    const trace = machine.bind({ y: y.buffer }, [1, 1, 1], 4).run([0, 0, 0]);
    const found = [...trace.accesses()].map(({ access, index, inside }) => [access, index, inside]);
    expect(found).toEqual([
      ['read', 9, false],
      ['write', 1, true],
      ['write', 8, false],
    ]);
    expect(Array.from(y)).toEqual([7, 1, 7, 7, 7, 7, 7, 7]);
  });
});

describe('what is wrong', () => {
  const at: Triple = [1, 1, 1];
  const refused: readonly (readonly [body: string, message: RegExp])[] = [
    ['let a = 1u + 2i;', /test\.wgsl:3: '\+' does not take u32 and i32/],
    ['y[0] = nothing_;', /nothing is called 'nothing_'/],
    ['y[0] = 1.5;', /abstractFloat where u32 is needed/],
    ['let a = ;', /found ';' where an expression was expected/],
    ['y[0] = textureLoad(i);', /'textureLoad'.*no[t]? a part of WGSL|nothing is called 'textureLoad'/],
    ['let a = 3u; a = 4u;', /cannot be assigned to/],
    ['y[0] = # 1u;', /no WGSL token begins with '#'/],
  ];
  it.each(refused)('%s', (body, message) => {
    expect(() => createMachine(OUTPUT + main(body), 'test.wgsl')).toThrow(message);
  });

  it('names what is not bound', () => {
    expect(() => createMachine(OUTPUT + main('y[0] = 1u;'), 'test.wgsl').bind({}, at, 4)).toThrow(
      /needs contents for 'y'/,
    );
  });
});
