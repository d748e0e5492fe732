// What the tests import from 'vitest' in the portable archive: Vitest's own runner, matchers and spies, without Vite and its compiler.
import { pathToFileURL } from 'node:url';
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  addCustomEqualityTesters,
  ChaiStyleAssertions,
  chai,
  customMatchers,
  type ExpectStatic,
  GLOBAL_EXPECT,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  type MatchersObject,
  setState,
} from '@vitest/expect';
import { getCurrentTest, startTests, type Task, type VitestRunner } from '@vitest/runner';
import { fn, restoreAllMocks, spyOn } from '@vitest/spy';

export {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  it,
  onTestFailed,
  onTestFinished,
  suite,
  test,
} from '@vitest/runner';

for (const plugin of [JestExtend, JestChaiExpect, ChaiStyleAssertions, JestAsymmetricMatchers]) chai.use(plugin);

/** Vitest's `expect`, without snapshots. */
export const expect = createExpect();

/** The spies of Vitest's `vi`. */
export const vi = { fn, spyOn, restoreAllMocks };

const PATIENCE = 120_000; // milliseconds a test may take, as in vitest.config.ts

/** What became of one test, or of a file or group that failed as a whole. */
export interface Outcome {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly errors: readonly string[];
}

/** Runs the tests of one file. @param pattern part of the names of those to run, as a regular expression */
export async function runTestFile(path: string, pattern?: RegExp): Promise<Outcome[]> {
  const runner: VitestRunner = {
    config: {
      ...{ root: process.cwd(), name: undefined, setupFiles: [], passWithNoTests: false, allowOnly: false },
      ...{ testNamePattern: pattern, testTimeout: PATIENCE, hookTimeout: PATIENCE, retry: 0, maxConcurrency: 1 },
      ...{ sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' }, chaiConfig: undefined },
      ...{ includeTaskLocation: false, tags: [], tagsFilter: undefined, strictTags: false },
    },
    importFile: (file) => import(pathToFileURL(file).href),
    onBeforeTryTask: (task) => setState({ assertionCalls: 0, currentTestName: task.fullTestName }, expect),
  };
  const files = await startTests([path], runner);
  return files.flatMap((file) => outcomes(file, []));
}

function outcomes(task: Task, above: readonly string[]): Outcome[] {
  const isFile = 'filepath' in task;
  const names = isFile ? above : [...above, task.name];
  const errors = (task.result?.errors ?? []).map(describeError);
  const outcome = (state: Outcome['state']): Outcome => ({ name: names.join(' > '), state, errors });
  if (task.type === 'test')
    return [outcome(task.result?.state === 'pass' ? 'passed' : task.result?.state === 'fail' ? 'failed' : 'skipped')];
  const own = errors.length > 0 ? [outcome('failed')] : []; // a hook, or the file itself
  return [...own, ...task.tasks.flatMap((child) => outcomes(child, names))];
}

function describeError({ message, diff, stack }: { message: string; diff?: string; stack?: string }): string {
  const places = (stack ?? '').split('\n').filter((line) => /^\s+at .*\/(test|src)\//.test(line));
  return [message, ...(diff ? [diff] : []), ...places.slice(0, 5)].join('\n');
}

function createExpect(): ExpectStatic {
  const check = ((value: unknown, message?: string) => {
    const test = getCurrentTest();
    const assertion = chai.expect(value, message) as Chai.Assertion & { withTest(test: unknown): Chai.Assertion };
    return test ? assertion.withTest(test) : assertion;
  }) as unknown as ExpectStatic;
  const scope = globalThis as unknown as Record<symbol, object>;
  Object.assign(check, chai.expect, scope[ASYMMETRIC_MATCHERS_OBJECT]);
  check.getState = () => getState(check);
  check.setState = (state) => setState(state, check);
  const extendable = chai.expect as unknown as { extend(expect: ExpectStatic, matchers: MatchersObject): void };
  check.extend = (matchers) => extendable.extend(check, matchers);
  check.addEqualityTesters = (testers) => addCustomEqualityTesters(testers);
  check.assert = chai.assert;
  setState({ assertionCalls: 0 }, check);
  check.extend(customMatchers);
  scope[GLOBAL_EXPECT] = check;
  return check;
}
