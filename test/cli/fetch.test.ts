// `vggpu fetch`: what it prints, what it refuses, and that it goes on after it was stopped or killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addFetch, createDownloadProgress } from '../../src/cli/fetch.js';
import { file, md5, randomBytes, slowly, startServer } from '../data/download/server.js';
import { seeded } from '../random.js';
import { hasShared, itWith, SHARED } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';

const content = randomBytes(4_000_000, 1);
const server = await startServer();
const root = temporaryFolder();
const cache = temporaryFolder();
let stdout: string[] = [];
let stderr: string[] = [];
let count = 0;
let dir = '';

beforeEach(() => {
  vi.stubEnv('VGGPU_CACHE', cache);
  stdout = [];
  stderr = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void stdout.push(line));
  vi.spyOn(console, 'error').mockImplementation((line) => void stderr.push(line));
  dir = join(root, String(count++));
  server.reset(file(content));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Runs the command in this process. */
async function fetchCommand(...parameters: string[]): Promise<void> {
  const program = new Command('vggpu').exitOverride().configureOutput({ writeErr: () => undefined });
  addFetch(program);
  await program.parseAsync(['node', 'vggpu', 'fetch', ...parameters]);
}

describe('a file of your own', () => {
  const own = (...more: string[]) => fetchCommand('my.h5', '--url', server.url, '--dir', dir, ...more);

  it('comes to --dir; its path goes to stdout, what to run next to stderr', async () => {
    await own('--md5', md5(content));
    const path = join(dir, 'my.h5');
    expect(readdirSync(dir)).toEqual(['my.h5']);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(stdout).toEqual([path]);
    expect(stderr).toEqual([
      'my.h5 is downloaded, and its md5 is right.',
      `Next: vggpu predict cat.jpg --weights ${path}`,
    ]);
  });

  it('--json; and a second time, nothing is downloaded but by --force', async () => {
    const result = { name: 'my.h5', file: join(dir, 'my.h5'), bytes: content.length, md5: md5(content) };
    await own('--json');
    expect(JSON.parse(stdout[0]!)).toEqual({ ...result, downloaded: true });
    await own('--json');
    expect(JSON.parse(stdout[1]!)).toEqual({ ...result, downloaded: false });
    expect(stderr.join('\n')).toContain('my.h5 was there already (not compared: no md5 was given).');
    expect(server.requests).toHaveLength(1);
    await own('--json', '--force');
    expect(JSON.parse(stdout[2]!)).toEqual({ ...result, downloaded: true });
  });

  it('of another md5 does not land', async () => {
    await expect(own('--md5', '0'.repeat(32))).rejects.toThrow(`its md5 is ${md5(content)}; expected 00000000`);
    expect(readdirSync(dir)).toEqual([]);
    expect(stdout).toEqual([]);
  });
});

describe('the published files', () => {
  const index = 'data/imagenet_class_index.json';
  itWith(hasShared(index), `../shared/${index}`)('the class index lands in the cache folder', async () => {
    server.reset(file(readFileSync(join(SHARED, index))));
    await fetchCommand('class-index', '--url', server.url);
    expect(stdout).toEqual([join(cache, 'models', 'imagenet_class_index.json')]);
    expect(stderr.at(-1)).toBe('vggpu has these names built in; the file is for other programs.');
    expect(readdirSync(join(cache, 'models'))).toEqual(['imagenet_class_index.json']);
  });

  it('are held to their size and md5 wherever they come from', async () => {
    await expect(fetchCommand('vgg16', '--url', server.url, '--dir', dir)).rejects.toThrow(
      'it has 4,000,000 bytes; expected 553,467,096 bytes',
    );
    const right = Buffer.alloc(35_363);
    server.reset(file(right));
    await expect(fetchCommand('class-index', '--url', server.url, '--dir', dir)).rejects.toThrow(
      `its md5 is ${md5(right)}; expected c2c37ea517e94d9795004a39431a14cb`,
    );
    expect(readdirSync(dir)).toEqual([]);
  });
});

it('refuses what makes no sense, before it asks anybody', async () => {
  const refused: [string[], string][] = [
    [['vgg19'], "'vgg19' is not known. Names:\n  vgg16"],
    [['toString'], "'toString' is not known"],
    [['../my.h5', '--url', server.url], "'../my.h5' is no file name"],
    [['.h5', '--url', server.url], "'.h5' is no file name"],
    [['my.h5', '--url', 'my.org/vgg16.h5'], "'my.org/vgg16.h5' is no address"],
    [['my.h5', '--url', server.url, '--md5', 'abc'], "'abc' is no md5"],
    [['vgg16', '--md5', '0'.repeat(32)], '--md5 does not go with vgg16'],
    [['vgg16', '--timeout', '0'], "--timeout must be a number above 0, not '0'"],
    [['vgg16', '--timeout', '1e9'], '--timeout must be at most 86400 seconds'],
    [['vgg16', '--tries', 'many'], "--tries must be a whole number from 1, not 'many'"],
  ];
  for (const [parameters, message] of refused) {
    await expect(fetchCommand(...parameters)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    });
  }
  await expect(fetchCommand()).rejects.toMatchObject({ code: 'commander.missingArgument' });
  expect(server.requests).toEqual([]);
});

describe('progress', () => {
  const run = (isTTY: boolean, use: (progress: ReturnType<typeof createDownloadProgress>) => void): string => {
    const written: string[] = [];
    const stream = { isTTY, columns: 200, write: (text: string) => written.push(text) };
    use(createDownloadProgress('vgg16', stream as unknown as NodeJS.WriteStream));
    return written.join('').replaceAll('\r\x1b[2K', '\n');
  };
  const total = 400e6;

  it('on a terminal: a bar, the speed, the time left', () => {
    const text = run(true, ({ show, clear }) => {
      show({ phase: 'check', done: 100e6, total }, 0);
      show({ phase: 'download', done: 100e6, total }, 1000);
      show({ phase: 'download', done: 105e6, total }, 1001); // too soon to be drawn
      show({ phase: 'download', done: 200e6, total }, 11_000);
      show({ phase: 'download', done: 210e6 }, 12_000);
      clear();
    });
    expect(text.split('\n')).toEqual([
      '',
      'vgg16, checking what is there: 100/400 MB [=======>......................]',
      'vgg16: 100/400 MB [=======>......................]',
      'vgg16: 200/400 MB [===============>..............] 10.0 MB/s - ETA: 20s',
      'vgg16: 210 MB',
      '',
    ]);
  });

  it('elsewhere: a line a quarter that is new', () => {
    const text = run(false, ({ show }) => {
      for (let done = 110e6; done <= total; done += 10e6) show({ phase: 'download', done, total });
    });
    expect(text).toBe('vgg16: 200/400 MB\nvgg16: 300/400 MB\nvgg16: 400/400 MB\n');
  });
});

describe('as a process', () => {
  const script = fileURLToPath(new URL('../data/download/fetch-child.ts', import.meta.url));
  const parameters = () => ['fetch', 'my.h5', '--url', server.url, '--dir', dir, '--md5', md5(content)];

  function start() {
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...parameters()], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const written = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (bytes: Buffer) => {
        written[name] += bytes;
      });
    }
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...written }));
    return { child, ended };
  }

  /** Waits until the server has been asked once more. */
  async function asked(times: number, ended: Promise<unknown>): Promise<void> {
    let over = false;
    void ended.then(() => {
      over = true;
    });
    while (server.requests.length < times && !over) await sleep(5);
  }

  it('SIGINT keeps what came and says how to go on', async () => {
    server.rest = file(content, undefined, slowly(50_000, 20));
    const { child, ended } = start();
    await asked(1, ended);
    await sleep(100);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect({ code, stdout, stderr }).toEqual({
      code: 130,
      stdout: '',
      stderr: 'Stopped. What came of my.h5 is kept; the same command goes on from there.\n',
    });
    expect(readdirSync(dir)).toEqual(['my.h5.part', 'my.h5.part.json']);
    server.reset(file(content));
    await fetchCommand(...parameters().slice(1));
    expect(server.requests[0]?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(readFileSync(join(dir, 'my.h5')).equals(content)).toBe(true);
  });

  it('ten SIGKILLs at random moments: each run goes on, and the file is whole', async () => {
    const random = seeded(7);
    let sent = 0;
    const send = slowly(30_000, 10);
    server.rest = file(content, undefined, (response, body) => {
      const write = response.write.bind(response);
      response.write = ((bytes: Buffer) => {
        sent += bytes.length;
        return write(bytes);
      }) as typeof response.write;
      return send(response, body);
    });
    mkdirSync(dir);
    for (let kill = 0; kill < 10; kill++) {
      const { child, ended } = start();
      if (random.uniform(0, 1) < 0.8) await asked(server.requests.length + 1, ended);
      await sleep(random.uniform(0, 150));
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
      expect(existsSync(join(dir, 'my.h5'))).toBe(false);
      const part = join(dir, 'my.h5.part');
      if (existsSync(part))
        expect(content.subarray(0, readFileSync(part).length).equals(readFileSync(part))).toBe(true);
    }
    const { code, stdout, stderr } = await start().ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(`${join(dir, 'my.h5')}\n`);
    expect(readdirSync(dir)).toEqual(['my.h5']);
    expect(readFileSync(join(dir, 'my.h5')).equals(content)).toBe(true);
    expect(sent).toBeLessThan(2 * content.length);
  });
});
