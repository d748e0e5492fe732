// Pages in a real browser, for tests: opened, and watched for errors and for what they fetch.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll } from 'vitest';
import { launchBrowser } from './chromium.js';

/** A page, with what went wrong on it and what it asked for. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors of its scripts, and errors and warnings on its console. */
  readonly errors: string[];
  /** Every address it fetched, its own and those of inline data left out. */
  readonly requests: string[];
}

/**
 * Opens an address and watches the page. The browser starts with the first page of a test file and ends with its tests.
 * @param address such as file:///...
 * @param switches of the browser; pages with the same ones share it
 */
export async function openPage(
  address: string,
  options: BrowserContextOptions = {},
  switches: readonly string[] = [],
): Promise<WatchedPage> {
  const context = await (await sharedBrowser(switches)).newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text());
  });
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== address && !request.url().startsWith('data:')) requests.push(request.url());
  });
  await page.goto(address);
  return { page, errors, requests };
}

const browsers = new Map<string, Promise<Browser>>();

function sharedBrowser(switches: readonly string[]): Promise<Browser> {
  const key = switches.join(' ');
  const browser = browsers.get(key) ?? launchBrowser(switches);
  browsers.set(key, browser);
  return browser;
}

afterAll(async () => {
  for (const browser of browsers.values()) await (await browser).close();
  browsers.clear();
});
