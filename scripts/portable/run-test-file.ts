// Runs one test file in a process of its own, as Vitest does: what a test leaves behind, or a driver's crash, stays in it.
import * as vitest from 'vitest';
import type { FileResult } from './run-tests.js';

const { runTestFile } = vitest as unknown as typeof import('./vitest.js'); // what the archive has by that name
const [path, pattern] = process.argv.slice(2);
const outcomes = await runTestFile(path!, pattern ? new RegExp(pattern) : undefined);
process.send!({ outcomes } satisfies FileResult, () => process.exit());
