// Who takes part in a case: wrong results, errors and what would take too long are named and not timed; the others take turns.
import { describe, expect, it } from 'vitest';
import type { Case, Context, Entrant, Runner } from '../../bench/case.js';
import { judgeByFirst, judgeSpots } from '../../bench/judge.js';
import { measure } from '../../bench/measure.js';

const limits = { rounds: 3, sample: 0, box: 1e6, patience: 60_000 };

function caseOf(entrants: readonly Entrant[]): Case {
  return {
    ...{ op: 'op', shape: 'shape', flops: 1e12, bytes: 1, importance: 1 },
    open: async () => ({ entrants, judge: judgeByFirst(() => 1e-3), close: async () => {} }),
  };
}

function entrant(name: string, log: string[], more: Partial<Runner> = {}, about: Partial<Entrant> = {}): Entrant {
  return {
    ...{ name, peer: name !== 'own', chosen: false, precision: 'f32' },
    open: async () => ({
      async go(times) {
        log.push(`${name} ${times}`);
      },
      check: async () => {},
      result: async () => Float32Array.of(1, 2),
      async close() {
        log.push(`${name} closed`);
      },
      ...more,
    }),
    ...about,
  };
}

describe('a case', () => {
  it('is timed by turns, after a first run and one that says how many make a sample', async () => {
    const log: string[] = [];
    const entries = await measure({} as Context, caseOf([entrant('own', log), entrant('peer', log)]), limits);
    expect(entries.map(({ samples }) => samples)).toEqual([3, 3]);
    expect(log.slice(0, 4)).toEqual(['own 1', 'own 1', 'peer 1', 'peer 1']);
    expect(log.slice(4, 10)).toEqual(['own 1', 'peer 1', 'own 1', 'peer 1', 'own 1', 'peer 1']);
    expect(log.slice(10)).toEqual(['peer closed', 'own closed']);
  });

  it('tells entrants of the same name apart', async () => {
    const log: string[] = [];
    const half = entrant('own', log, {}, { precision: 'f16' });
    const entries = await measure({} as Context, caseOf([entrant('own', log), half]), limits);
    expect(entries.map(({ entrant: { precision }, samples }) => [precision, samples])).toEqual([
      ['f32', 3],
      ['f16', 3],
    ]);
  });

  it('does not time what is wrong, and says how wrong', async () => {
    const log: string[] = [];
    const wrong = entrant('peer', log, { result: async () => Float32Array.of(1, 3) });
    const [own, peer] = await measure({} as Context, caseOf([entrant('own', log), wrong]), limits);
    expect(own).toMatchObject({ samples: 3, error: 0 });
    expect(peer).toMatchObject({ samples: 0, median: Number.NaN, problem: expect.stringMatching(/^differs from own/) });
    expect(log.filter((line) => line === 'peer 1')).toHaveLength(1);
    expect(log).toContain('peer closed');
  });

  it('goes on without who fails', async () => {
    const log: string[] = [];
    const check = () => Promise.reject(new Error('Binding size is too large\nin CreateBindGroup'));
    const [own, peer] = await measure(
      {} as Context,
      caseOf([entrant('own', log), entrant('peer', log, { check })]),
      limits,
    );
    expect(own!.samples).toBe(3);
    expect(peer!.problem).toBe('Binding size is too large');
  });

  it('does not begin what would take hours', async () => {
    const log: string[] = [];
    const slow = entrant('peer', log, {}, { pace: async () => 0.3 }); // 1e12 flops: an hour
    const [, peer] = await measure({} as Context, caseOf([entrant('own', log), slow]), limits);
    expect(peer!.problem).toMatch(/^not run: it would take about 55\.6 minutes/);
    expect(log).not.toContain('peer 1');
  });
});

describe('a result', () => {
  it('of NaN or of another length is wrong', () => {
    const spot = () => 1;
    expect(judgeSpots(new Float32Array(64).fill(1), 64, spot, 1e-6)).toEqual({ error: 0 });
    expect(judgeSpots(new Float32Array(64).fill(Number.NaN), 64, spot, 1e-6).wrong).toBe('element 0 is NaN');
    expect(judgeSpots(new Float32Array(63).fill(1), 64, spot, 1e-6).wrong).toBe('63 elements for 64');
    expect(judgeSpots(new Float32Array(64).fill(1), 64, () => Number.NaN, 1e-6).wrong).toMatch(/^differs from float64/);
    expect(judgeSpots(new Float32Array(64).fill(1.01), 64, spot, 1e-3).wrong).toMatch(
      /^differs from float64 by 9\.9e-3/,
    );
  });
});
