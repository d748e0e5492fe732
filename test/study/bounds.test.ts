// No variant of any kernel reads or writes outside of what it binds or outside of its workgroup memory: on GPUs nothing else holds its indices
// within bounds.
import { describe, expect, it } from 'vitest';
import { kernels } from '../../src/kernels/index.js';
import { accepts } from '../../src/kernels/kernel.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { bindingsOf, studyRun, workgroupsOf } from '../../src/study/passes.js';
import { createMachine } from '../../src/study/wgsl/index.js';
import { everyDevice, shapesOf } from './cases.js';

const EVERYTHING = { results: false, reads: true, writes: 'all', lines: false, values: false } as const;
const SUBGROUP = 32;

describe.each(kernels.map((kernel) => ({ name: kernel.name, kernel })))('$name', ({ kernel }) => {
  it.each(Object.keys(kernel.variants))('%s', (variant) => {
    const shapes = shapesOf(kernel).filter((d) => accepts(kernel.variants[variant]!, d, everyDevice));
    expect(shapes.length, 'shapes that the variant takes').toBeGreaterThan(0);
    for (const d of shapes) {
      const run = studyRun(shaderFromFile, kernel, variant, d);
      const found = new Set<string>();
      for (const pass of run.passes) {
        const bindings = bindingsOf<ArrayBuffer | number>(pass, (tensor) => run.bytes[tensor]!, run.uniform);
        const bound = createMachine(pass.text, pass.shader, EVERYTHING).bind(bindings, pass.grid, SUBGROUP);
        for (const workgroup of workgroupsOf(pass.grid)) {
          for (const { inside, access, variable, line, index } of bound.run(workgroup).accesses())
            if (!inside) found.add(`${pass.shader}:${line} ${access}s ${variable}[${index}]`);
        }
      }
      expect([...found], JSON.stringify(d)).toEqual([]);
    }
  });
});
