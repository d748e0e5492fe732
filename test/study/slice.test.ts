// The slice that decides accesses makes the very accesses of the whole program, in the same order for each invocation: for the first workgroup of every pass.
import { describe, expect, it } from 'vitest';
import { kernels } from '../../src/kernels/index.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { bindingsOf, studyRun } from '../../src/study/passes.js';
import { createMachine, type Trace } from '../../src/study/wgsl/index.js';
import { caseFor, contentsFor, everyDevice } from './cases.js';

const SUBGROUP = 32;

function described(trace: Trace): string[] {
  const found: string[] = [];
  for (const { invocation, line, variable, access, index, count } of trace.accesses()) {
    found.push(`${invocation} ${line} ${access} ${variable} ${index} ${count}`);
  }
  return found;
}

/** Where lanes need not wait for each other, they come in another order; each does the same in its own. A matrix is touched by all lanes at once. */
function ordered(text: string, found: string[]): string[] {
  if (text.includes('subgroupMatrix')) return found.sort();
  return found.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)); // stable: by invocation
}

describe.each(kernels.map((kernel) => ({ name: kernel.name, kernel })))('$name', ({ kernel }) => {
  it.each(Object.keys(kernel.variants))('%s', (variant) => {
    const d = caseFor(kernel, variant, everyDevice)!;
    const run = studyRun(shaderFromFile, kernel, variant, d);
    for (const pass of run.passes) {
      const traces = [true, false].map((results) => {
        const recording = { results, reads: true, writes: 'all', lines: false, values: false } as const;
        const contents = (name: string) =>
          name in kernel.bindings ? contentsFor(kernel, name, d).buffer : new ArrayBuffer(run.bytes[name]!);
        const bound = createMachine(pass.text, pass.shader, recording).bind(
          bindingsOf(pass, contents, run.uniform),
          pass.grid,
          SUBGROUP,
        );
        return ordered(pass.text, described(bound.run([0, 0, 0])));
      });
      expect(traces[0]!.length, `${pass.shader} makes accesses`).toBeGreaterThan(0);
      const wrong = traces[0]!.findIndex((access, i) => access !== traces[1]![i]);
      expect(traces[1]![wrong], pass.shader).toBe(traces[0]![wrong]);
      expect(traces[1]!.length).toBe(traces[0]!.length);
    }
  });
});
