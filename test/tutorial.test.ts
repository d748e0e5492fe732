// The tutorial keeps to the kernels: its drawings are those that the kernels make now, its figures those of the bench, and its links lead somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../bench/project.js';
import { blocksOf, chaptersOf, withFigures } from '../bench/readme/chapters.js';
import { readReports } from '../bench/readme/reports.js';
import { drawings } from '../scripts/draw-tutorial/drawings.js';
import { firstStep } from '../scripts/draw-tutorial/shared-step.js';
import { companyOf, study, writerAt } from '../scripts/draw-tutorial/study.js';
import { conv3x3Forward } from '../src/kernels/conv3x3.js';
import { kernels } from '../src/kernels/index.js';

const TUTORIAL = join(ROOT, 'docs/tutorial');
const pages = readdirSync(TUTORIAL).filter((name) => name.endsWith('.md'));
const chapters = chaptersOf(TUTORIAL);
const textOf = (page: string) => readFileSync(join(TUTORIAL, page), 'utf8');

/** What a page links to or shows, within the project. */
const linksOf = (page: string) => [...textOf(page).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link!);

it.each(pages)('%s links to files that are there', (page) => {
  const links = linksOf(page);
  expect(links).not.toEqual([]);
  expect(links.filter((link) => !existsSync(join(TUTORIAL, link)))).toEqual([]);
});

it('begins with chapter 1 and leaves none out', () => {
  expect(chapters.map((name) => Number.parseInt(name, 10))).toEqual(chapters.map((_, i) => i + 1));
  expect(chapters).not.toEqual([]);
});

describe.each(chapters)('%s', (chapter) => {
  const text = textOf(chapter);

  it('shows its drawing, links its exercise, and is in the list of chapters', () => {
    const drawing = chapter.replace(/\.md$/, '.svg');
    const shown = [...text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path]) => path);
    expect(shown).toContain(drawing);
    expect(Object.keys(drawings)).toContain(drawing);
    const exercise = `../../exercises/${Number.parseInt(chapter, 10)}-`;
    expect(linksOf(chapter).filter((link) => link.startsWith(exercise))).toHaveLength(1);
    expect(linksOf('README.md')).toContain(chapter);
  });

  it('shows figures of variants that there are, as the bench measured them (else: npm run bench:readme)', () => {
    const blocks = blocksOf(text);
    expect(blocks, 'comments such as <!-- bench: conv3_2 conv3x3/forward/naive -->').not.toEqual([]);
    for (const { op, variant } of blocks.flatMap(({ variants }) => variants)) {
      expect(Object.keys(kernels.find(({ name }) => name === op)?.variants ?? {}), op).toContain(variant);
    }
    expect(withFigures(text, readReports(join(ROOT, 'bench/results')))).toBe(text);
  });
});

it.each(Object.keys(drawings))('%s is what the kernel makes now (else: npm run docs:drawings)', (name) => {
  const drawn = drawings[name]!();
  expect(readFileSync(join(TUTORIAL, name), 'utf8') === drawn, `${name} is up to date`).toBe(true);
  expect(drawn).toMatch(/^<svg xmlns=[^>]+ role="img"[^>]*>\n<title>[^<]+<\/title>\n<desc>[^<]+<\/desc>/);
  expect(drawn).not.toMatch(/NaN|undefined|Infinity|<script|href|@import|url\(/);
  expect(drawn).toContain('prefers-color-scheme: dark');
});

it('draws who brings what to workgroup memory as the mapping tells it', () => {
  const dims = { N: 1, H: 10, W: 6, C: 16, K: 16, pad: 0, relu: 1 };
  const mapping = study(conv3x3Forward, 'tiled', dims);
  const writer = writerAt(mapping, 'y', [0, 3, 1, 5]);
  const own = firstStep(companyOf(mapping, writer)).used.filter(({ invocation }) => invocation === writer.invocation);
  const followed = mapping.follow(writer);
  const reads = followed.accesses.filter(({ tensor, access }) => tensor === undefined && access === 'read');
  expect(own.length).toBe(48); // 8 pixels and 4 channels in vectors, by 16 channels
  for (const at of [0, 4, 7, 20, 47]) {
    const filling = followed.filledBy(reads[at]!);
    expect(filling?.invocation).toBe(own[at]!.brought.invocation);
    expect(filling?.sources.map(({ tensor, index }) => [tensor, index])).toEqual([
      [own[at]!.brought.source.tensor, own[at]!.brought.source.index],
    ]);
  }
});
