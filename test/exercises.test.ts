// Every exercise fails as it is handed out, says where and by whom, and passes with its solution.
import { describe, expect, it } from 'vitest';
import { checkExercise, exerciseFolders, exerciseNumbers, exerciseText } from '../scripts/exercise.js';
import { useGpu } from './gpu.js';

const SOLUTIONS: Readonly<Record<string, string>> = {
  1: 'if (v >= dims.W) { continue; }',
  4: 'let kw = k + local.y;',
};
/** The first wrong element: the first output whose window meets the hole. */
const FIRST_WRONG: Readonly<Record<string, string>> = { 1: 'y[0, 0, 4, 0]', 4: 'y[0, 0]' };

const gpu = useGpu();

it('has a solution and a folder for each', () => {
  expect(Object.keys(SOLUTIONS)).toEqual(exerciseNumbers);
  expect(exerciseFolders().map((name) => name.split('-')[0])).toEqual(exerciseNumbers);
});

describe.each(exerciseNumbers)('exercise %s', (number) => {
  const withLine = (line: string) => exerciseText(number).replace(/^.*\/\/ HOLE:.*$/m, () => line);

  it('is wrong as handed out, and names the elements and who wrote them', async () => {
    const { right, lines } = await checkExercise(gpu().device, number, exerciseText(number));
    expect(right).toBe(false);
    expect(lines[0]).toMatch(/^\d+ of \d+ elements of y are wrong at /);
    expect(lines[1]).toContain(FIRST_WRONG[number]);
    expect(lines[1]).toMatch(/written by invocation \d+ of workgroup \(0, 0, 0\) in line \d+$/);
  });

  it('is right with its solution', async () => {
    expect(await checkExercise(gpu().device, number, withLine(SOLUTIONS[number]!))).toMatchObject({ right: true });
  });

  it('hands on what the compiler says, with the line', async () => {
    const line =
      exerciseText(number)
        .split('\n')
        .findIndex((text) => text.includes('// HOLE:')) + 1;
    const { right, lines } = await checkExercise(gpu().device, number, withLine('let broken = nothing;'));
    expect(right).toBe(false);
    expect(lines[0]).toMatch(new RegExp(`kernel\\.wgsl:${line}:\\d+: .*nothing`));
  });
});
