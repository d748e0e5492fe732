// The report in a real browser: whole, quiet, usable by mouse, keyboard and phone, readable in light and dark.
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect } from 'vitest';
import { writeReport } from '../../../src/report/write-report.js';
import { openPage } from '../../browser.js';
import { whyNoBrowser } from '../../chromium.js';
import { itWith } from '../../shared.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { faintTexts } from '../contrast.js';
import { inventLog, type SamplePicture, sampleReport } from '../sample-report.js';

const it = itWith(whyNoBrowser === undefined, `a browser (${whyNoBrowser})`);
const folder = temporaryFolder();
const [small, large] = [join(folder, 'small report #1.html'), join(folder, 'large.html')];
const NASTY = '<img src=x onerror=alert(1)>.jpg';
const classes = ['a&b', 'dogs'];

/** Writes `count` plain pictures; the first has a name that wants to be a tag. */
async function writePictures(count: number, classCount: number): Promise<SamplePicture[]> {
  mkdirSync(join(folder, 'pictures'), { recursive: true });
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const file = i === 0 ? NASTY : `pictures/${i}.jpg`;
      const path = join(folder, file);
      const background = { r: (37 * i) % 256, g: 90, b: (91 * i) % 256 };
      await sharp({ create: { width: 60 + i, height: 50, channels: 3, background } })
        .jpeg()
        .toFile(path);
      return { file, path, label: i % classCount };
    }),
  );
}

beforeAll(async () => {
  const pictures = await writePictures(60, 2);
  const report = sampleReport(classes, pictures, {
    log: { path: 'ft.csv', epochs: inventLog(8) },
    skipped: [{ file: 'dogs/<b>broken</b>.jpg', reason: 'damaged or cut short' }],
    command: `vggpu evaluate '</pre><script>alert(2)</script>'`,
  });
  await writeReport(small, report);
  const many = Array.from({ length: 30 }, (_, i) => `${'a class with a rather long name '.repeat(i % 3)}${i}`);
  await writeReport(large, sampleReport(many, await writePictures(400, 29)));
});

const open = (file: string, options?: BrowserContextOptions) => openPage(pathToFileURL(file).href, options);
const cell = (row: number, column: number) => `a.cell[data-row="${row}"][data-column="${column}"]`;
const focused = (page: Page) =>
  page.evaluate<(string | undefined)[]>('[document.activeElement.dataset.row, document.activeElement.dataset.column]');
const overflow = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');

describe('the page', () => {
  it('has every section, and asks for nothing', async () => {
    const { page, errors, requests } = await open(small);
    for (const id of ['summary', 'classes', 'confusion', 'views', 'calibration', 'training', 'skipped', 'made']) {
      expect(await page.locator(`section#${id} h2`).count(), id).toBe(1);
      expect(await page.locator(`nav a[href="#${id}"]`).count(), id).toBe(1);
    }
    expect(await page.locator('h1').textContent()).toBe('How well it tells a&b from dogs');
    expect(await page.locator('#views h3').allTextContents()).toHaveLength(5);
    expect(await page.locator('#training svg.line-chart').count()).toBe(2);
    expect(await page.locator('#skipped').textContent()).toContain('dogs/<b>broken</b>.jpg');
    expect(await page.locator('#made').textContent()).toMatch(
      /alert\(2\).*ft\.h5, 1\.2 MB.*optimizer adam.*llvmpipe.*vggpu 0\.1\.0/s,
    );
    expect({ errors, requests }).toEqual({ errors: [], requests: [] });
    expect(readFileSync(small, 'utf8')).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  });

  it('shows names from outside as they are, and runs none of them', async () => {
    const { page, errors } = await open(small);
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      dialog.dismiss();
    });
    expect(await page.locator('bdi', { hasText: NASTY }).count()).toBeGreaterThan(0);
    expect(await page.locator('[onerror], img[src="x"], section b, pre script').count()).toBe(0);
    await page.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<img src="https://example.invalid/x" onerror="alert(3)">')`,
    );
    expect(errors.join()).toMatch(/Content Security Policy/); // had one slipped through, it would be stopped
    expect(alerts).toEqual([]);
  });

  it('a click on a cell shows its pictures; Escape closes them', async () => {
    const { page, errors } = await open(small);
    const count = Number(await page.locator(`${cell(0, 1)} .count`).textContent());
    expect(count).toBeGreaterThan(2);
    expect(await page.locator('dialog:visible').count()).toBe(0);
    await page.locator(cell(0, 1)).click();
    const dialog = page.locator('dialog:visible');
    expect(await dialog.locator('h3').textContent()).toBe('a&b predicted as dogs');
    expect(await dialog.locator('figure').count()).toBe(count);
    const caption = await dialog.locator('figcaption').first().innerText();
    expect(caption).toMatch(/✗ predicted dogs, 0\.\d{3}\s+is a&b\s+\S+\.jpg/);
    const firstPicture = `document.querySelector('dialog[open] img')`;
    await page.evaluate(`${firstPicture}.decode()`);
    expect(await page.evaluate(`${firstPicture}.naturalWidth`)).toBeGreaterThan(20);
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog:visible').count()).toBe(0);
    await page.locator(`#confusion a.opens[href="#cell-1-0"]`).click();
    await page.locator('dialog:visible button', { hasText: 'Close' }).click();
    expect(await page.locator('dialog:visible').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('works by keyboard: Tab reaches a cell, arrows walk, Enter and Space open, focus comes back', async () => {
    const { page } = await open(small);
    for (let i = 0; i < 20 && (await focused(page))[0] === undefined; i++) await page.keyboard.press('Tab');
    expect(await focused(page)).toEqual(['0', '0']);
    expect(await page.evaluate(`getComputedStyle(document.activeElement.querySelector('rect')).strokeWidth`)).toBe(
      '4px',
    );
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await focused(page)).toEqual(['1', '1']);
    for (const key of ['Enter', ' ']) {
      await page.keyboard.press(key);
      expect(await page.locator('dialog:visible').getAttribute('id')).toBe('cell-1-1');
      await page.keyboard.press('Escape');
      expect(await focused(page)).toEqual(['1', '1']);
    }
  });

  it('keeps its cells as links where scripts are off', async () => {
    const { page } = await open(small, { javaScriptEnabled: false });
    await page.locator(cell(0, 1)).click();
    expect(await page.locator('dialog:visible figure').count()).toBeGreaterThan(0);
  });
});

describe('every reader', () => {
  it('a phone: nothing sticks out at 375 pixels, of few classes or many', async () => {
    for (const file of [small, large]) {
      const { page, errors } = await open(file, { viewport: { width: 375, height: 812 } });
      expect(await overflow(page), file).toBeLessThanOrEqual(0);
      await page.locator('a.cell').first().click();
      expect(await overflow(page), file).toBeLessThanOrEqual(0);
      const box = await page.locator('dialog:visible').boundingBox();
      expect(box!.x + box!.width).toBeLessThanOrEqual(375);
      expect(errors).toEqual([]);
    }
  });

  it.each(['light', 'dark'] as const)('%s: every text stands out (WCAG AA)', async (colorScheme) => {
    for (const file of [small, large]) {
      const { page } = await open(file, { colorScheme });
      expect(await faintTexts(page)).toEqual([]);
      await page.locator('a.cell').first().click();
      expect(await faintTexts(page)).toEqual([]);
      expect((await faintTexts(page, 22)).length).toBeGreaterThan(50); // the check sees the texts
    }
  });

  it('dark is dark, paper is light, and nobody is moved who does not like it', async () => {
    const { page } = await open(small, { colorScheme: 'dark', reducedMotion: 'reduce' });
    const background = () => page.evaluate<string>('getComputedStyle(document.body).getPropertyValue("--page")');
    expect(await background()).toBe('#131416');
    await page.locator('a.cell').first().click();
    expect(await page.evaluate(`getComputedStyle(document.querySelector('dialog[open]')).animationName`)).toBe('none');
    await page.emulateMedia({ media: 'print' });
    expect(await background()).toBe('#f7f5f0');
    expect(await page.locator('nav:visible, dialog:visible').count()).toBe(0);
    await page.keyboard.press('Escape');
    expect(await faintTexts(page)).toEqual([]);
  });

  it('many classes: the matrix scrolls in its own box, class views are folded', async () => {
    const { page } = await open(large);
    expect(await page.locator('.matrix a.cell').count()).toBeGreaterThan(50);
    expect(await page.locator('.matrix .label').first().textContent()).toMatch(/^\S/);
    expect(await page.locator('#views details').count()).toBeGreaterThan(20);
    expect(await page.locator('#classes tbody tr').count()).toBe(30);
    expect(await page.locator('#classes tbody tr').last().textContent()).toContain('–'); // no picture of the last class
  });

  it('a thousand classes: those with most mistakes, in a page that opens', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
    const huge = join(folder, 'huge.html');
    await writeReport(huge, sampleReport(names, await writePictures(300, 1000)));
    expect(statSync(huge).size).toBeLessThan(8e6);
    const { page, errors } = await open(huge);
    expect(await page.locator('#confusion').innerText()).toContain(
      'Of 1,000 classes, these are the 40 with most mistakes.',
    );
    expect(await page.locator('.matrix .cell').count()).toBe(1600);
    expect(await page.locator('#classes tbody tr').count()).toBe(1000);
    expect(errors).toEqual([]);
  });
});
