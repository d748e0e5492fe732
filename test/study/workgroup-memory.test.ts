// Kernels on matrix units read no workgroup memory that they have not written: devices that do not clear it find other kernels' data there.
import { describe, expect, it } from 'vitest';
import { kernels } from '../../src/kernels/index.js';
import { passesOf } from '../../src/kernels/kernel.js';
import { PAIRS } from '../../src/kernels/pairs.js';
import type { ShaderText } from '../../src/kernels/shader.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { interpret, studyRun } from '../../src/study/passes.js';
import { caseFor, contentsFor, everyDevice } from './cases.js';

const ARRAY = /^var<workgroup> (\w+): array<(vec4u|u32), (.*)>;/gm;
const BEGIN = /@builtin\(subgroup_id\) subgroup: u32,\n\) \{/;
const NOTHING = '0x7fff7fffu'; // NaN as a float and as two halves

/** Fills the arrays before anything else happens. Those of an included file are filled by the `main` that it holds. */
const poisoned: ShaderText = (path) => {
  const text = shaderFromFile(path);
  const arrays = path.endsWith('15_pairs.wgsl') ? text + shaderFromFile(PAIRS[0]) : text; // which declares them for it
  const fills = Array.from(
    arrays.matchAll(ARRAY),
    ([, name, type, size]) => `for (var word = 0u; word < ${size}; word++) { ${name}[word] = ${type}(${NOTHING}); }`,
  );
  return text.replace(BEGIN, (begin) => `${begin} if (index == 0u) { ${fills.join(' ')} } workgroupBarrier();`);
};

const onMatrixUnits = kernels.flatMap((kernel) =>
  Object.entries(kernel.variants)
    .filter(([, variant]) => passesOf(variant).some(({ shader }) => /matrix|pairs/.test(shader)))
    .map(([variant]) => ({ name: `${kernel.name}/${variant}`, kernel, variant })),
);

describe('workgroup memory', () => {
  it.each(onMatrixUnits)('of $name is written before it is read', ({ kernel, variant }) => {
    const d = caseFor(kernel, variant, everyDevice)!;
    const output = Object.keys(kernel.bindings).find((name) => kernel.bindings[name] === 'write')!;
    const [clean, foul] = [shaderFromFile, poisoned].map((shaderText) => {
      const run = studyRun(shaderText, kernel, variant, d);
      const tensors = Object.keys(kernel.bindings).map((name) => [name, contentsFor(kernel, name, d).buffer] as const);
      interpret(run, Object.fromEntries(tensors), 32);
      return { texts: run.passes.map(({ text }) => text), y: new Uint32Array(new Map(tensors).get(output)!) };
    });
    expect(foul!.texts.some((text) => text.includes(NOTHING))).toBe(true);
    expect(foul!.y).toEqual(clean!.y);
  });
});
