// Line charts: whole SVG files that draw what they were given.
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type LineChart, lineChart } from '../../../src/report/charts/line-chart.js';

const chart: LineChart = {
  title: 'Loss of a<b & "c"',
  x: { label: 'epoch' },
  y: { label: 'nats' },
  series: [
    { name: 'training', points: [1, 2, 3].map((x) => [x, 1 / x]) },
    {
      name: 'valid <&>',
      points: [
        [1, 0.8],
        [2, Number.NaN],
        [3, 0.5],
      ],
    },
  ],
  mark: { x: 3, y: 0.5, label: 'best' },
};

/** The nesting of tags, and what stands between them; throws where a tag is not closed. */
function parse(svg: string): string[] {
  const open: string[] = [];
  for (const [, close, name, empty] of svg
    .replace(/<style>[^<]*<\/style>/g, '')
    .matchAll(/<(\/?)([\w-]+)[^<>]*?(\/?)>/g)) {
    if (close && open.pop() !== name) throw new Error(`</${name}> closes something else`);
    if (!close && !empty) open.push(name!);
  }
  return open;
}

describe('lineChart', () => {
  it('is a file of its own that other programs draw', async () => {
    const svg = lineChart(chart);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(parse(svg)).toEqual([]);
    const { data, info } = await sharp(Buffer.from(svg)).flatten().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([720, 468]);
    const blue = Array.from(
      { length: info.width * info.height },
      (_, i) => data[3 * i]! < 80 && data[3 * i + 2]! > 110,
    );
    expect(blue.filter(Boolean).length).toBeGreaterThan(300); // the line of the first series
  });

  it('escapes names, leaves out what is no number, marks a point', () => {
    const svg = lineChart(chart);
    expect(svg).toContain('Loss of a&#60;b &#38; &#34;c&#34;');
    expect(svg).toContain('valid &#60;&#38;&#62;');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.match(/<circle class="dot s1"/g)).toHaveLength(2);
    expect(svg).toContain('>best</text>');
    expect(svg).toMatch(/prefers-color-scheme: dark/);
  });

  it('has a log axis, and dots only on few points', () => {
    const points = Array.from({ length: 100 }, (_, i) => [10 ** (i / 20 - 5), Math.sin(i / 10)] as const);
    const svg = lineChart({
      ...chart,
      x: { label: 'learning rate', scale: 'log' },
      series: [{ name: 'loss', points: [[0, 1], ...points] }],
    });
    expect(svg).toContain('>1e-5</text>');
    expect(svg).not.toContain('class="dot');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it.each([[[]], [[[1, 0.5]]], [[[1, Number.NaN]]]] as [number, number][][][])(
    'stands with the points %j',
    (points) => {
      const svg = lineChart({ title: 't', x: { label: 'x' }, y: { label: 'y' }, series: [{ name: 's', points }] });
      expect(parse(svg)).toEqual([]);
      expect(svg).not.toMatch(/NaN|Infinity/);
      expect(svg.includes('no values')).toBe(points.every(([, y]) => Number.isNaN(y)));
    },
  );
});
