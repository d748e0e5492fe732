// The explorer where it is narrow, dark, or without a GPU, and a finetune in it.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { CATS_AND_DOGS } from '../../src/data/drawings/classes.js';
import { drawSet } from '../../src/data/drawings/draw-set.js';
import { whyNoBrowser } from '../chromium.js';
import { faintTexts } from '../report/contrast.js';
import { itWith } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';
import { useExplorer } from './explorer-page.js';

const explorer = useExplorer();
const itInBrowser = itWith(whyNoBrowser === undefined, `a browser (${whyNoBrowser})`);

/** What reaches beyond the window, scrolled parts of it left out. */
function overflowing(page: Page): Promise<string[]> {
  return page.locator('body *').evaluateAll((all) =>
    all
      .filter((own) => own.checkVisibility() && !own.closest('.scroll, .tiles, .code, .plot, .skip, .unseen'))
      .filter((own) => own.getBoundingClientRect().right > own.ownerDocument.documentElement.clientWidth + 1)
      .map((own) => `${own.tagName} ${own.getAttribute('class')}`),
  );
}

describe('a finetune', () => {
  itInBrowser('learns 20 drawings in two folders, and says what the pictures held back are', async () => {
    const folder = join(temporaryFolder(), 'animals');
    await drawSet(folder, { classes: CATS_AND_DOGS, perClass: 10, seed: 5 });
    const { page, errors } = await explorer.open({ viewport: { width: 1000, height: 900 } });
    await page.setInputFiles('#folders', folder);
    await page.waitForSelector('.start:enabled');
    expect(await page.locator('.classes li').allInnerTexts()).toEqual(['cat 10 pictures', 'dog 10 pictures']);
    await page.fill('#epochs', '12');
    await page.click('.start');
    await page.waitForSelector('.predictions figure');
    const lossOf = (text: string) => Number(/loss ([\d.]+)/.exec(text)?.[1]);
    const said = await page.locator('#finetune .said').innerText();
    expect(said).toMatch(/^Epoch 12: loss \d\.\d{4}, \d+ % right; held back: loss \d\.\d{4}, \d+ % right$/);
    const points = await page
      .locator('.chart .dot.s0 title')
      .evaluateAll((titles) => titles.map(({ textContent }) => textContent ?? ''));
    expect(points.length).toBe(12);
    const first = Number(/: ([\d.]+) at/.exec(points[0]!)?.[1]);
    expect(lossOf(said)).toBeLessThan(first);
    const predictions = await page.locator('.predictions figcaption').allInnerTexts();
    expect(predictions.length).toBe(4); // every fifth of a class
    for (const text of predictions) expect(text).toMatch(/^(cat|dog) \d/);
    expect(errors).toEqual([]);
  });
});

describe.each(['light', 'dark'] as const)('on a telephone, %s', (colorScheme) => {
  itInBrowser('nothing is cut off and every text can be read', async () => {
    const { page, errors } = await explorer.open({ viewport: { width: 375, height: 800 }, colorScheme });
    expect(await overflowing(page)).toEqual([]);
    await page.click('#followed');
    await page.selectOption('#beside', 'naive');
    expect(await overflowing(page)).toEqual([]);
    expect(await faintTexts(page)).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe.each(['light', 'dark'] as const)('without WebGPU, %s', (colorScheme) => {
  itInBrowser('says so and shows what was recorded', async () => {
    const { page, errors } = await explorer.open({ viewport: { width: 1440, height: 1000 }, colorScheme }, false);
    expect(await page.locator('#notice').innerText()).toMatch(
      /No GPU for this page[\s\S]*recorded on .*[\s\S]*chrome:\/\/flags/,
    );
    expect(await page.locator('.prediction li').first().innerText()).toMatch(/^owl/);
    expect(await page.locator('.tile').count()).toBe(8);
    expect(await page.locator('#layers .time').first().innerText()).toMatch(/(µs|ms)$/);
    expect(await page.locator('table.variants td.time .number').first().innerText()).toMatch(/(µs|ms|s)$/);
    expect(await page.locator('.plot .roof').count()).toBe(1);
    expect(await page.locator('.writer').innerText()).toMatch(/^y\[0, 32, 32, 0\] is written by invocation/);
    expect(await page.locator('.run, .measure, .probe').filter({ visible: true }).count()).toBe(0);
    await page.click('[data-kind=logit]');
    await page.waitForSelector('.legend span:first-child:has-text("-")');
    await page.locator('#layers button', { hasText: 'predictions' }).click();
    await page.waitForSelector('.vector li');
    expect(await faintTexts(page)).toEqual([]);
    expect(errors.filter((text) => !text.includes('No available adapters'))).toEqual([]); // the browser's own remark
  });
});
