/**
 * An interpreter of WGSL that tells which invocation reads and writes what, and when. It needs nothing of Node.
 *
 * A shader is compiled to JavaScript, once whole or as the slice that decides the accesses asked for; then single workgroups run.
 *
 * ```ts
 * const addresses = { results: false, reads: true, writes: 'all', lines: true, values: false } as const;
 * const machine = createMachine(text, 'relu.wgsl', addresses);     // refuses wrong WGSL by its line
 * const bound = machine.bind({ dims: uniform, x: 4096, y: 4096 }, [16, 1, 1], 32); // contents, or bytes; grid; subgroup
 * const trace = bound.run([3, 0, 0], { followed: 5 });             // workgroup (3, 0, 0), the lines of its invocation 5
 * for (const { line, variable, access, index, count } of trace.accesses(5)) console.log(line, access, variable, index, count);
 * for (let i = 0; i < trace.steps; i++) console.log(trace.step(i)); // { line, accesses: how many were made before it }
 * ```
 *
 * With `RESULTS` and an ArrayBuffer for each binding it computes what the shader computes. The compiled text is run by `new Function`, so a
 * page's Content-Security-Policy must allow 'unsafe-eval'.
 *
 * A whole kernel (its passes, their grids, scratch and uniform) is prepared by `../passes.ts`; `../mapping.ts` answers where an element of
 * an output comes from.
 */

export type { Recording } from './accesses.js';
export { checkProgram } from './check.js';
export { type BoundMachine, createMachine, type Machine, machineOf, RESULTS, type Triple } from './machine.js';
export type { Access, LineStep, Trace, Value, Watch } from './trace.js';
