// The figures of the tutorial's chapters: which rows of the reports they show, and what stands where nothing was measured.
import { describe, expect, it } from 'vitest';
import { blocksOf, chapterTable, withFigures } from '../../bench/readme/chapters.js';
import type { Row } from '../../bench/report.js';
import { reportOf, rowOf } from './reports.js';

const OP = 'conv3x3/forward';
const row = (variant: string, medianMs: number, more: Partial<Row> = {}) =>
  rowOf(OP, 'conv3_2 1x56x56x256 -> 256', medianMs, [], {
    variant,
    gflops: 4000 / medianMs,
    share: 0.4 / medianMs,
    ...more,
  });

const lavapipe = reportOf([
  rowOf(OP, 'conv3_2 8x56x56x256 -> 256', 1, [], { variant: 'naive' }), // a larger batch is not what is asked for
  row('naive', 1000),
  row('vec4', 250),
]);
const gpu = reportOf([row('vec4', 0.5)], { adapter: 'nvidia-h200', kind: 'gpu' });
const [naive, vec4, matrix] = [
  { op: OP, variant: 'naive' },
  { op: OP, variant: 'vec4' },
  { op: `${OP}_f16`, variant: 'matrix' },
];

describe('a table of variants', () => {
  it('holds each against the one before it on the same adapter', () => {
    const lines = chapterTable({ layer: 'conv3_2', variants: [naive!, vec4!] }, [gpu, lavapipe]).split('\n');
    expect(lines[0]).toContain('| conv3x3/forward, conv3_2 1x56x56x256 -> 256 |');
    expect(lines.slice(2)).toEqual([
      '| naive | NVIDIA H200 | not measured |  |  |  |',
      '| vec4 | NVIDIA H200 | 0.500 ms | 8,000 | 80 % |  |',
      '| naive | lavapipe | 1,000 ms | 4 | 0.0 % |  |',
      '| vec4 | lavapipe | 250 ms | 16 | 0.2 % | **4.0x** |',
    ]);
  });

  it('leaves out adapters that ran none of them, and says so where none did', () => {
    const table = chapterTable({ layer: 'conv3_2', variants: [naive!] }, [gpu, lavapipe]);
    expect(table).not.toContain('H200');
    const nobody = chapterTable({ layer: 'conv3_2', variants: [matrix!] }, [gpu, lavapipe]);
    expect(nobody.split('\n').slice(2)).toEqual(['| matrix | any adapter | not measured |  |  |']);
  });

  it('names the op of each variant where they differ', () => {
    const lines = chapterTable({ layer: 'conv3_2', variants: [vec4!, matrix!] }, [gpu]).split('\n');
    expect(lines[0]).toContain('| conv3_2 1x56x56x256 -> 256 |');
    expect(lines.slice(2)).toEqual([
      '| conv3x3/forward/vec4 | NVIDIA H200 | 0.500 ms | 8,000 | 80 % |  |',
      '| conv3x3/forward_f16/matrix | NVIDIA H200 | not measured |  |  |  |',
    ]);
  });

  it('takes a wrong result for none', () => {
    const wrong = reportOf([row('naive', 5, { error: 'wrong by 3' }), row('vec4', 5, { medianMs: null })]);
    const table = chapterTable({ layer: 'conv3_2', variants: [naive!, vec4!] }, [wrong, lavapipe]);
    expect(table).not.toContain('5.00 ms');
    expect(chapterTable({ layer: 'conv3_2', variants: [naive!, vec4!] }, [wrong])).toContain(
      '| vec4 | any adapter | not',
    );
  });
});

describe('a chapter', () => {
  const empty = `Before\n<!-- bench: conv3_2 ${OP}/naive ${OP}/vec4 -->\n<!-- /bench -->\nbetween\n<!-- bench: conv3_2 ${OP}/vec4 -->\n<!-- /bench -->\nafter\n`;

  it('is filled at each of its comments, again and again', () => {
    const once = withFigures(empty, [lavapipe]);
    expect(once.match(/\| vec4 \| lavapipe \|/g)).toHaveLength(2);
    expect(once).toMatch(/^Before\n/);
    expect(once).toMatch(/-->\nbetween\n<!--/);
    expect(once).toMatch(/\nafter\n$/);
    expect(withFigures(once, [lavapipe])).toBe(once);
    expect(withFigures('no comments', [lavapipe])).toBe('no comments');
  });

  it('is refused where a comment has no end, or names no variant of an op', () => {
    expect(() => blocksOf(`<!-- bench: conv3_2 ${OP}/naive -->\n`)).toThrow(/ends each of them/);
    expect(() => blocksOf('<!-- bench: conv3_2 naive -->\n<!-- /bench -->')).toThrow(/should be <!-- bench: LAYER/);
    expect(() => blocksOf('<!-- bench: conv3_2 -->\n<!-- /bench -->')).toThrow(/should be/);
    expect(blocksOf(empty)[0]).toEqual({ layer: 'conv3_2', variants: [naive, vec4] });
  });
});
