// The explorer in a real browser: the same kernels make the same numbers there, and what one clicks is what is shown.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { VGG_MINI } from '../../src/cli/demo.js';
import { PRETRAINING_CLASSES } from '../../src/data/drawings/classes.js';
import { createRandom } from '../../src/data/drawings/random.js';
import { decodePicture } from '../../src/data/pictures/decode.js';
import { miniClasses } from '../../src/explore/mini-classes.js';
import { loadModel } from '../../src/vgg16/load.js';
import { predictPictures } from '../../src/vgg16/predict.js';
import type { WatchedPage } from '../browser.js';
import { whyNoBrowser } from '../chromium.js';
import { useGpu } from '../gpu.js';
import { itWith } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';
import { useExplorer } from './explorer-page.js';

const gpu = useGpu();
const explorer = useExplorer();
const picture = join(temporaryFolder(), 'fox.png');
const itInBrowser = itWith(whyNoBrowser === undefined, `a browser (${whyNoBrowser})`);

const layerButton = (page: Page, name: string) => page.locator('#layers button', { hasText: name });

describe('the script', () => {
  it('stays below 400 KB compressed', () => {
    const texts = readdirSync(explorer.folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(js|css|html)$/.test(name),
    );
    const bytes = texts.map((name) => gzipSync(readFileSync(join(explorer.folder, name)), { level: 9 }).length);
    expect(texts.length).toBeGreaterThan(1);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(400_000);
  });
});

describe('with WebGPU', () => {
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    if (whyNoBrowser) return;
    const { draw } = PRETRAINING_CLASSES.find(({ name }) => name === 'fox')!;
    writeFileSync(
      picture,
      await sharp(Buffer.from(draw(createRandom(3))))
        .flatten()
        .png()
        .toBuffer(),
    );
    watched = await explorer.open({ viewport: { width: 1440, height: 1000 } });
    ({ page } = watched);
  });

  itInBrowser(
    'loads without an error, asks nobody but its server, and times every layer that runs a kernel',
    async () => {
      expect(watched.errors).toEqual([]);
      const { origin } = new URL(page.url());
      expect(watched.requests.every((request) => request.startsWith(`${origin}/`) || request.startsWith('blob:'))).toBe(
        true,
      );
      const rows = await page.locator('#layers li').allInnerTexts();
      const timed = rows.filter((row) => / (µs|ms|s)\b/.test(row));
      expect(timed.length).toBe(rows.filter((row) => /convolution|pool|dense/.test(row)).length);
      expect(await page.locator('.prediction li').first().innerText()).toMatch(/^owl/);
    },
  );

  itInBrowser("comes to Node's logits for a picture of one's own", async () => {
    await page.setInputFiles('#own-picture', picture);
    await page.waitForSelector('#picture .said:has-text("fox.png")');
    await layerButton(page, 'predictions').click();
    await page.locator('.vector li').nth(10).waitFor();
    const shown = await page.locator('.vector li').evaluateAll((items) =>
      items.map((item) => ({
        index: Number(item.getAttribute('data-index')),
        name: item.querySelector('.label')?.textContent,
        value: Number(item.querySelector('.number')?.textContent),
      })),
    );
    const { network } = await loadModel(gpu(), VGG_MINI);
    const [expected] = await predictPictures(network, [await decodePicture(picture, { exif: false })]);
    const names = miniClasses(expected!.logits.length);
    expect(shown.length).toBe(names.length);
    for (const { index, name, value } of shown) {
      expect(name).toBe(names[index]);
      expect(Math.abs(value - expected!.logits[index]!)).toBeLessThan(1e-4);
    }
    expect(shown.map(({ value }) => value)).toEqual(shown.map(({ value }) => value).sort((a, b) => b - a));
  });

  itInBrowser('a click chooses a layer, a channel and a pixel; arrow keys go on from there', async () => {
    await layerButton(page, 'block2_conv1').click();
    await page.waitForSelector('#maps p:has-text("32 × 32 × 16")');
    await page.locator('.tile').nth(5).click();
    const canvas = page.locator('.enlarged canvas');
    const box = (await canvas.boundingBox())!;
    await canvas.click({ position: { x: (10.5 / 32) * box.width, y: (20.5 / 32) * box.height } });
    await page.mouse.move(0, 0);
    expect(await page.locator('.readout').innerText()).toMatch(/^channel 5, row 20, column 10: -?[\d.e-]+$/);
    await canvas.press('ArrowDown');
    await canvas.press('ArrowLeft');
    expect(await page.locator('.readout').innerText()).toMatch(/^channel 5, row 21, column 9: /);
    await page.locator('.tile[aria-pressed=true]').press('ArrowRight');
    expect(await page.locator('.readout').innerText()).toMatch(/^channel 6, row 21, column 9: /);
  });

  itInBrowser('gradients are shown on a scale that has zero in its middle', async () => {
    for (const kind of ['loss', 'logit']) {
      await page.click(`[data-kind=${kind}]`);
      await page.waitForSelector('#maps:not([aria-busy])');
      const [low, high] = (await page.locator('.legend span').allInnerTexts()).map(Number);
      expect(high).toBeGreaterThan(0);
      expect(low).toBe(-high!);
    }
    for (const [name, channels] of [
      ['block4_pool', 64],
      ['block2_conv1', 16],
    ] as const) {
      await layerButton(page, name).click(); // a smaller map, then a larger one
      await expect.poll(() => page.locator('.tile').count(), { timeout: 60_000 }).toBe(channels);
    }
    await page.click('[data-kind=forward]');
  });

  itInBrowser('says who writes the pixel, and steps through what it reads', async () => {
    await layerButton(page, 'block2_conv1').click();
    await page.waitForSelector('[data-variant=naive]');
    await page.click('[data-variant=naive]');
    const index = Number(await page.inputValue('#element'));
    const workgroup = await page.locator('.writer .group').innerText();
    const local = await page.locator('.writer .local').innerText();
    const channel = index % 16;
    expect(index).toBe((16 * 32 + 16) * 16 + channel); // the middle, since the layer was chosen anew
    // 1_naive: one output an invocation along the flat index of y, 64 of them a workgroup
    expect([workgroup, local]).toEqual([`(${Math.floor(index / 64)}, 0, 0)`, `(${index % 64}, 0, 0)`]);

    const seen: string[] = [];
    for (let i = 0; i < 6; i++) {
      seen.push(await page.locator('.access').innerText());
      const line = Number(/line (\d+)/.exec(seen.at(-1)!)?.[1]);
      const lit = await page
        .locator('#pixel .line.now')
        .evaluate((now) => [...now.parentElement!.children].indexOf(now) + 1);
      expect(lit).toBe(line);
      await page.locator('.next').press('ArrowRight');
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.some((text) => text.includes(`reads x[0, `))).toBe(true);
    await page.locator('.controls button').last().click();
    expect(await page.locator('.access').innerText()).toContain(`writes y[0, 16, 16, ${channel}]`);
  });

  itInBrowser('follows Winograd back through its passes', async () => {
    await page.selectOption('#followed', 'winograd4');
    await page.waitForSelector('.writer:has-text("pass 4 of 4")');
    while (await page.locator('.back').isHidden()) await page.click('.next');
    await page.click('.back');
    expect(await page.locator('.writer').innerText()).toMatch(
      /^M\[.*pass 3 of 4, conv3x3\/forward\/6_winograd4_multiply\.wgsl/,
    );
  });

  itInBrowser('measures every variant, all of them right', async () => {
    await layerButton(page, 'block5_conv1').click();
    await page.waitForSelector('#kernels p:has-text("H=4 W=4 C=64 K=64")');
    await page.click('.measure');
    await page.waitForSelector('.measure:enabled:has-text("Measure all variants")');
    const rows = await page.locator('table.variants tbody tr').allInnerTexts();
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) expect(row).toMatch(/(µs|ms|s)\s+[\d.]+ [MGk]FLOP\/s\s+(same bits|\d\.\de-[5-9])/);
    await page.selectOption('#beside', 'vec4');
    expect(await page.locator('.editor:visible .file').allInnerTexts()).toEqual([
      expect.any(String),
      'vec4: conv3x3/forward/2_vec4.wgsl',
    ]);
    await page.click('.probe');
    await page.waitForSelector('.plot .roof');
    expect(await page.locator('.plot .dot:not(.other)').count()).toBe(rows.length);
  });

  /** Changes the WGSL and runs it. @returns what the page says */
  async function edit(from: string | RegExp, to: string): Promise<string> {
    const text = page.locator('.editor textarea').first();
    await page.click('text=Undo all changes', { force: true }).catch(() => {});
    await text.fill((await text.inputValue()).replace(from, to));
    await page.click('.run');
    await page.waitForSelector('.run:enabled');
    return page.locator('.outcome').innerText();
  }

  itInBrowser('runs an edited kernel: right, wrong, and one that does not compile', async () => {
    await layerButton(page, 'block2_conv1').click();
    await page.waitForSelector('#kernels p:has-text("H=32 W=32")');
    await page.click('[data-variant=naive]');
    expect(await edit('const WORKGROUP = 64u;', 'const WORKGROUP = 32u;')).toMatch(
      /^The result is right \(error same bits\)\.\s+The edited kernel takes [\d.]+ (µs|ms|s), the file as it is/,
    );
    expect(await edit(/y\[i\] = (.*);/, 'y[i] = $1 + 1.0;')).toMatch(
      /^The result is wrong: \d+ of 16384 wrong\. The first is element \d+: /,
    );
    const said = await edit('fn main(', 'fn main(,');
    const [, line] = /^Line (\d+), column \d+: /.exec(said)!;
    const marked = page.locator('.editor .line.error');
    expect(await marked.count()).toBe(1);
    expect(await marked.evaluate((own) => [...own.parentElement!.children].indexOf(own) + 1)).toBe(Number(line));
    expect(await marked.innerText()).toContain('fn main(,');
    await page.click('text=Undo all changes');
    expect(await marked.count()).toBe(0);
    expect(watched.errors).toEqual([]);
  });
});
