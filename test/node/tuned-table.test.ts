// The tuning table: what it keeps and hands back, and what it leaves out: stale, broken and foreign contents.
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TunedEntry } from '../../src/kernels/tuned-entry.js';
import { startEngine } from '../../src/node/engine.js';
import { changeFile } from '../../src/node/locked-file.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { addToTable, readTable, tablePath, variantsOf } from '../../src/node/tuned-table.js';
import { tuningSetting } from '../../src/node/tuning-setting.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();
const adapter = { name: 'A GPU', driver: 'its driver 1.0', backend: 'vulkan' };
const key = 'relu/forward count=65..512';

const entry = (variant: string, more: Partial<TunedEntry> = {}): TunedEntry => ({
  ...{ kernel: 'relu/forward', variant, dims: { count: 100 }, left: ['vec4'], date: '2026-11-26T00:00:00.000Z' },
  measured: { [variant]: { ms: 0.123456789, runs: 3, error: 0 }, other: { wrong: 'element 3 of y is not written' } },
  ...more,
});

function freshTable(name: string): { path: string; said: string[]; read: () => ReturnType<typeof readTable> } {
  const path = join(folder, 'tables', `${name}.json`);
  const said: string[] = [];
  return { path, said, read: () => readTable(path, shaderFromFile, (line) => said.push(line)) };
}

describe('a table', () => {
  it('is one file for each adapter and driver, in the cache folder', () => {
    const path = tablePath(adapter, folder);
    expect(path).toMatch(/A-GPU-[0-9a-f]{8}\.json$/);
    for (const other of [{ name: 'A-GPU' }, { driver: 'its driver 1.1' }, { backend: 'metal' }])
      expect(tablePath({ ...adapter, ...other }, folder)).not.toBe(path);
  });

  it('that is not there is empty, without a word', () => {
    const { said, read } = freshTable('none');
    expect(read()).toEqual({});
    expect(said).toEqual([]);
  });

  it('gives back what was added, rounded to four digits, and is readable JSON', async () => {
    const { path, said, read } = freshTable('round trip');
    await addToTable(path, adapter, { [key]: entry('naive') }, shaderFromFile);
    const { measured, ...facts } = entry('naive');
    expect(read()).toEqual({
      [key]: { ...facts, measured: { ...measured, naive: { ms: 0.1235, runs: 3, error: 0 } } },
    });
    expect(variantsOf(read())).toEqual({ [key]: 'naive' });
    expect(said).toEqual([]);
    expect(readFileSync(path, 'utf8')).toContain('"name": "A GPU"');
    expect(readdirSync(join(folder, 'tables')).filter((name) => /lock|tmp/.test(name))).toEqual([]);
  });

  it('takes in what others have written meanwhile', async () => {
    const { path, read } = freshTable('merged');
    const keys = Array.from({ length: 12 }, (_, i) => `relu/forward count=${i}`);
    await Promise.all(keys.map((own) => addToTable(path, adapter, { [own]: entry('vec4') }, shaderFromFile)));
    expect(Object.keys(read()).sort()).toEqual([...keys].sort());
    await addToTable(path, adapter, { [keys[3]!]: entry('naive') }, shaderFromFile);
    expect(variantsOf(read())).toMatchObject({ [keys[3]!]: 'naive', [keys[4]!]: 'vec4' });
  });

  it('leaves out choices of kernels that changed since, and of those that are gone', async () => {
    const { path, said, read } = freshTable('stale');
    const gone = entry('naive', { kernel: 'gone/op' });
    const conv = entry('naive', { kernel: 'conv3x3/forward' });
    await addToTable(path, adapter, { [key]: entry('naive'), gone, conv }, shaderFromFile);
    expect(Object.keys(read()).sort()).toEqual(['conv', key].sort());
    const changed = (file: string) => `${shaderFromFile(file)}${file.startsWith('relu/forward/2') ? '// faster' : ''}`;
    expect(Object.keys(readTable(path, changed))).toEqual(['conv']);
    expect(said).toEqual([]);
  });

  it('that is broken, or something else, is left out with a line that says why, and made anew', async () => {
    const { path, said, read } = freshTable('broken');
    await addToTable(path, adapter, { [key]: entry('naive') }, shaderFromFile);
    const whole = readFileSync(path, 'utf8');
    for (const [text, why] of [
      [whole.slice(0, 100), 'it is not JSON'],
      ['[1, 2]', 'format: '],
      ['null', 'the file: '],
      [whole.replace('"format": 1', '"format": 2'), 'format: '],
      [whole.replace('"variant": "naive"', '"variant": 7'), 'variant: '],
    ] as const) {
      writeFileSync(path, text);
      expect(read()).toEqual({});
      expect(said.pop()).toMatch(new RegExp(`${why}.*vggpu tune`));
    }
    await addToTable(path, adapter, { [key]: entry('vec4') }, shaderFromFile);
    expect(variantsOf(read())).toEqual({ [key]: 'vec4' });
  });

  it('whose folder cannot be written says so', async () => {
    writeFileSync(join(folder, 'a file'), '');
    const path = join(folder, 'a file', 'table.json');
    await expect(addToTable(path, adapter, { [key]: entry('naive') }, shaderFromFile)).rejects.toMatchObject({
      code: 'output',
      message: expect.stringContaining(path),
    });
  });
});

describe('a file that several processes change', () => {
  it('goes through one change at a time', async () => {
    const path = join(folder, 'counted');
    await Promise.all(Array.from({ length: 20 }, () => changeFile(path, (text = '0') => String(Number(text) + 1))));
    expect(readFileSync(path, 'utf8')).toBe('20');
  });

  it('stays as it was where the change fails, and can be changed afterwards', async () => {
    const path = join(folder, 'failing');
    await changeFile(path, () => 'before');
    const failing = changeFile(path, () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(readFileSync(path, 'utf8')).toBe('before');
    await changeFile(path, (text) => `${text} and after`);
    expect(readFileSync(path, 'utf8')).toBe('before and after');
  });

  it('is not locked for good by a process that was killed', async () => {
    const path = join(folder, 'abandoned');
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, new Date(0), new Date(0));
    await changeFile(path, () => 'changed');
    expect(readFileSync(path, 'utf8')).toBe('changed');
    expect(existsSync(`${path}.lock`)).toBe(false);
  });
});

describe('VGGPU_TUNE', () => {
  it('says whether tables are used', () => {
    const setting = (VGGPU_TUNE?: string) => tuningSetting(VGGPU_TUNE === undefined ? {} : { VGGPU_TUNE });
    expect([setting(), setting(''), setting('0'), setting('1')]).toEqual(['on', 'on', 'off', 'everywhere']);
    expect(() => setting('yes')).toThrow(/VGGPU_TUNE is 'yes'/);
  });

  it('decides whether an engine starts with what was tuned', async () => {
    const before = { ...process.env };
    process.env.VGGPU_CACHE = join(folder, 'cache');
    try {
      const tunedWith = async (setting: string) => {
        process.env.VGGPU_TUNE = setting;
        const engine = await startEngine({ say: () => {} });
        try {
          await addToTable(tablePath(engine.info), engine.info, { [key]: entry('naive') }, shaderFromFile);
          return engine.gpu.choices.tuned();
        } finally {
          await engine.close();
        }
      };
      expect(await tunedWith('')).toEqual({}); // nothing was there when it started
      expect(await tunedWith('')).toEqual({ [key]: 'naive' });
      expect(await tunedWith('0')).toEqual({});
    } finally {
      for (const name of ['VGGPU_CACHE', 'VGGPU_TUNE']) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });
});
