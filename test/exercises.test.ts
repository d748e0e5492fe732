// Every exercise fails as it is handed out, says where and by whom, and passes with its solution and no other.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { checkExercise, type Verdict } from '../scripts/exercise/check.js';
import { exerciseFolders, exerciseNumbered, exerciseNumbers, exerciseText } from '../scripts/exercise/exercises.js';
import { passesOf, variantNamed } from '../src/kernels/kernel.js';
import { shaderFromFile } from '../src/node/shader-files.js';
import { useGpu } from './gpu.js';

interface Answers {
  /** The first wrong element of the text as it is handed out: the first that meets the hole. */
  readonly first: string;
  readonly right: string;
  /** What somebody may well try, and the first element that is then wrong. */
  readonly tried: readonly [line: string, first: string];
}

const ANSWERS: Readonly<Record<string, Answers>> = {
  1: {
    first: 'y[0, 0, 4, 0]',
    right: 'if (v >= dims.W) { continue; }',
    tried: ['if (v > dims.W) { continue; }', 'y[0, 0, 5, 0]'],
  },
  2: {
    first: 'y[0, 0, 0, 0]',
    right: 'let here = tap + c * K4;',
    tried: ['let here = tap + c * 4u;', 'y[0, 0, 0, 0]'],
  },
  3: {
    first: 'y[0, 0, 0, 0]',
    right: 'let met = vec4f(x1, x2, x3, x4);',
    tried: ['let met = vec4f(x1, x2, x3, x3);', 'y[0, 0, 3, 0]'],
  },
  4: {
    first: 'y[0, 0]',
    right: 'let kw = k + local.y;',
    tried: ['let kw = local.y;', 'y[0, 0]'],
  },
  5: {
    first: 'V[2, 0, 0]',
    right: 'let third = c - b;',
    tried: ['let third = b - c;', 'V[2, 0, 0]'],
  },
  6: {
    first: 'y[0, 0]',
    right: 'let bAt = wTile + k * 16u * W_ROW;',
    tried: ['let bAt = wTile + k * 16u;', 'y[0, 0]'],
  },
};

const gpu = useGpu({ robust: true, debug: true });

it('has answers and a folder for each', () => {
  expect(Object.keys(ANSWERS)).toEqual(exerciseNumbers);
  expect(exerciseFolders().map((name) => name.split('-')[0])).toEqual(exerciseNumbers);
});

describe.each(exerciseNumbers)('exercise %s', (number) => {
  const exercise = exerciseNumbered(number);
  const handedOut = exerciseText(exercise);
  const { first, right, tried } = ANSWERS[number]!;
  const check = (text: string) => checkExercise(gpu(), exercise, text);
  const withLine = (line: string) => handedOut.replace(/^.*\/\/ HOLE:.*$/m, () => line);
  const expectWrong = (verdict: Verdict, element: string) => {
    expect(verdict.right).toBe(false);
    expect(verdict.lines[0]).toMatch(/^\d+ of \d+ elements of \w are wrong at /);
    expect(verdict.lines[1]?.trimStart().startsWith(`${element} is `), verdict.lines[1]).toBe(true);
    expect(verdict.lines[1]).toMatch(/written by invocation \d+ of workgroup \(0, 0, 0\) in line \d+$/);
  };

  it('is the shader itself but for a few lines at its hole', () => {
    const { shader = passesOf(variantNamed(exercise.kernel, exercise.variant))[0]!.shader } = exercise;
    const real = shaderFromFile(shader).split('\n');
    const own = handedOut.split('\n');
    expect(own.filter((line) => !real.includes(line)).length).toBeLessThanOrEqual(4);
    expect(real.filter((line) => !own.includes(line)).length).toBeLessThanOrEqual(3);
    expect(own.filter((line) => line.includes('// HOLE:'))).toHaveLength(1);
  });

  it('is wrong as handed out, and names the elements and who wrote them', async () => {
    expectWrong(await check(handedOut), first);
  });

  it('is right with its solution', async () => {
    expect(await check(withLine(right))).toMatchObject({ right: true });
  });

  it('is wrong with what somebody may well try', async () => {
    expectWrong(await check(withLine(tried[0])), tried[1]);
  });

  it('hands on what the compiler says, with the line', async () => {
    const line = handedOut.split('\n').findIndex((text) => text.includes('// HOLE:')) + 1;
    const { right, lines } = await check(withLine('let broken = nothing;'));
    expect(right).toBe(false);
    expect(lines[0]).toMatch(new RegExp(`kernel\\.wgsl:${line}:\\d+: .*nothing`));
  });
});

it('says where nobody writes', async () => {
  const exercise = exerciseNumbered('1');
  const text = exerciseText(exercise).replace('if (i >= ', 'if (i == 7u || i >= ');
  const { lines } = await checkExercise(gpu(), exercise, text);
  expect(lines[1]).toMatch(/^ {2}y\[0, 0, 1, 3\] is NaN, expected -?\d.*, which no invocation writes$/);
});

describe('npm run exercise', () => {
  const exercise = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'scripts/exercise/main.ts', ...args], { encoding: 'utf8' });

  it.each([
    [[], /Which exercise\?.* 1, 2/],
    [['7'], /no exercise '7'; there are 1, 2/],
  ])('with %j says which there are', (args, message) => {
    const { status, stderr } = exercise(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('prints what is wrong and exits 1', () => {
    const { status, stdout } = exercise('1');
    expect(status).toBe(1);
    expect(stdout).toContain(ANSWERS['1']!.first);
  });
});
