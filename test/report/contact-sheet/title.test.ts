// Titles without fonts: every letter draws something of its own, and long names keep their ends.
import { describe, expect, it } from 'vitest';
import { lettersOf, setLine } from '../../../src/report/contact-sheet/stroke-font.js';
import { drawTitle, fitTitle } from '../../../src/report/contact-sheet/title.js';

const strip = { width: 120, height: 26, ink: '#000000', paper: '#ffffff' };

describe('setLine', () => {
  it('has every printable ASCII character, each drawn in its own way', () => {
    const ascii = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
    const unknown = setLine('\u732b').glyphs[0]!.path;
    const paths = ascii.map((letter) => setLine(letter).glyphs[0]!.path);
    expect(ascii.filter((_, i) => paths[i] === unknown || paths[i] === '')).toEqual([]);
    expect(new Set(paths).size).toBe(93); // I and l are one stroke
  });

  it('sets letters side by side', () => {
    const { glyphs, width } = setLine('ab');
    expect(glyphs[1]!.x).toBeGreaterThan(setLine('a').width);
    expect(width).toBeCloseTo(glyphs[1]!.x + setLine('b').width, 9);
    expect(setLine('').width).toBe(0);
  });

  it('leaves accents off', () => {
    expect(lettersOf('Kätzchen é')).toEqual([...'Katzchen e']);
  });
});

describe('fitTitle', () => {
  it('keeps what fits, and shortens the middle of what does not', () => {
    expect(fitTitle('cat.1.jpg', 200)).toBe('cat.1.jpg');
    const short = fitTitle('a-very-long-name-of-a-picture-of-a-cat.1234.jpg', 200);
    expect(short).toMatch(/^a-very.*…*.1234\.jpg$/);
    expect(setLine(short).width * (12 / 14)).toBeLessThanOrEqual(200);
    expect(fitTitle('wide', 3)).toBe('…');
  });
});

describe('drawTitle', () => {
  it('draws ink on paper, another text differently', async () => {
    const [cat, dog, nothing] = await Promise.all(['cat', 'dog', ''].map((text) => drawTitle(text, strip)));
    expect(cat).toHaveLength(strip.width * strip.height * 3);
    expect(cat!.filter((value) => value < 100).length).toBeGreaterThan(60);
    expect(cat!.equals(dog!)).toBe(false);
    expect(nothing!.every((value) => value === 255)).toBe(true);
  });
});
