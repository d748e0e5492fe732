// The explorer's page for tests: built from its sources, served with vgg-mini, opened in a browser whose WebGPU is software.
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll } from 'vitest';
import { VGG_MINI } from '../../src/cli/demo.js';
import { miniClasses } from '../../src/explore/mini-classes.js';
import { openModelSource } from '../../src/explore/model.js';
import { serve } from '../../src/explore/server.js';
import { readStaticFiles } from '../../src/explore/static-files.js';
import { openPage, type WatchedPage } from '../browser.js';
import { temporaryFolder } from '../temporary-folder.js';

/** Puts the browser's WebGPU on the software Vulkan that it ships. */
const WITH_WEBGPU = ['--enable-unsafe-webgpu'];

/** How long a page may take on a machine that does much else. */
const PATIENCE = 100_000;

export interface ServedExplorer {
  /** The folder of the built page. */
  readonly folder: string;
  /** Opens the page and waits until it has measured the layers, or shown what was recorded. */
  open(options?: BrowserContextOptions, webgpu?: boolean): Promise<WatchedPage>;
}

/** Builds and serves the page before a file's tests. */
export function useExplorer(): ServedExplorer {
  const folder = temporaryFolder();
  let address = '';
  let close = async () => {};
  beforeAll(async () => {
    const explorer = join(import.meta.dirname, '../../explorer');
    await build({
      configFile: join(explorer, 'vite.config.ts'),
      build: { outDir: folder, emptyOutDir: true },
      logLevel: 'error',
    });
    const source = await openModelSource(VGG_MINI, {}, miniClasses);
    const server = await serve({ source, files: readStaticFiles(folder) });
    address = server.address;
    close = async () => {
      await server.close();
      await source.close();
    };
  });
  afterAll(() => close());
  return {
    folder,
    async open(options = {}, webgpu = true) {
      const watched = await openPage(address, options, webgpu ? WITH_WEBGPU : []);
      watched.page.setDefaultTimeout(PATIENCE);
      await watched.page.waitForSelector('body[data-ready]');
      return watched;
    },
  };
}
