// A real headless Chromium: the one that the npm package @sparticuz/chromium ships, with all it needs on a bare machine.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { cacheFolder } from '../src/node/cache-folder.js';

/** Why no page can be tested here, or undefined where it can. */
export const whyNoBrowser: string | undefined =
  process.platform === 'linux' && process.arch === 'x64' ? undefined : 'the package’s Chromium is for 64-bit Linux';

/** @param more further switches, such as those that put WebGPU on the software Vulkan */
export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const folder = unpackChromium();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: ['--no-sandbox', '--disable-setuid-sandbox', '--disable-dev-shm-usage', ...more],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), // NSS, which a bare machine lacks
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
      HOME: folder,
    },
  });
}

/**
 * Unpacks Chromium into the cache folder, or finds it there from an earlier time. The package unpacks to the system's temporary
 * folder, and only on one company's servers with all libraries: a process of its own is told that both are so.
 */
function unpackChromium(): string {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const { version } = JSON.parse(readFileSync(packageFile(dirname(entry)), 'utf8')) as { version: string };
  const target = join(cacheFolder(), `chromium-${version}`);
  if (existsSync(target)) return target;
  mkdirSync(dirname(target), { recursive: true });
  const fresh = mkdtempSync(`${target}.`);
  try {
    const script = 'import(process.argv[1]).then(({ default: { executablePath } }) => executablePath())';
    const env = { ...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x', NODE_OPTIONS: '' };
    const { status, stderr } = spawnSync(process.execPath, ['-e', script, entry], { env, encoding: 'utf8' });
    const missing = ['chromium', 'al2023', 'fonts'].filter((name) => !readdirSync(fresh).includes(name));
    if (status !== 0 || missing.length > 0) throw new Error(`Chromium could not be unpacked: ${missing} ${stderr}`);
    writeFileSync(join(fresh, 'fonts.conf'), fontSettings(join(target, 'fonts'), join(target, 'font-cache')));
    renameSync(fresh, target);
  } catch (error) {
    if (!existsSync(target)) throw error; // another process was faster
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return target;
}

/** The package's own file names folders that are not there; without any font the browser crashes. */
function fontSettings(fonts: string, cache: string): string {
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><dir>/usr/share/fonts</dir><cachedir>${cache}</cachedir></fontconfig>
`;
}

function packageFile(folder: string): string {
  const file = join(folder, 'package.json');
  const { name } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { name: undefined };
  return name === '@sparticuz/chromium' ? file : packageFile(dirname(folder));
}
