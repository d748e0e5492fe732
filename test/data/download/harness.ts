// What the tests of downloads share: a server, a fresh folder a test, and downloads without patience.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect } from 'vitest';
import { type DownloadOptions, type DownloadResult, download } from '../../../src/data/download/download.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { type Answer, file, md5, randomBytes, startServer, type TestServer } from './server.js';

export const content = randomBytes(300_000, 1);
export const other = randomBytes(300_000, 2);
export const expected = { size: content.length, md5: md5(content) };

export interface Downloads {
  readonly server: TestServer;
  /** The folder of this test. */
  readonly folder: string;
  /** Where its file goes. */
  readonly target: string;
  /** What was said in it. */
  readonly said: string[];
  /** Goes to another folder, as before each test. */
  renew(): void;
  /** Downloads from the server if not told otherwise. */
  get(options?: Partial<DownloadOptions>): Promise<DownloadResult>;
  /** Checks that what is left in the folder is the file, whole, and nothing else. */
  expectLanded(bytes?: Buffer): void;
  /** Stops a download once `bytes` of it have come, which stay. */
  leavePart(bytes: number, answer: Answer): Promise<void>;
}

export async function useDownloads(): Promise<Downloads> {
  const server = await startServer();
  const root = temporaryFolder();
  let count = 0;
  let folder = '';
  const said: string[] = [];
  const target = () => join(folder, 'vgg.h5');
  const get = (options: Partial<DownloadOptions> = {}) =>
    download({
      ...{ urls: [server.url], file: target(), timeout: 0.2, backOff: 0.01, tries: 3 },
      say: (line) => said.push(line),
      ...options,
    });
  const renew = () => {
    folder = join(root, String(count++));
    said.length = 0;
    server.reset(file(content));
  };
  beforeEach(renew);
  return {
    server,
    said,
    renew,
    get,
    get folder() {
      return folder;
    },
    get target() {
      return target();
    },
    expectLanded(bytes = content) {
      expect(readdirSync(folder)).toEqual(['vgg.h5']);
      expect(readFileSync(target()).equals(bytes)).toBe(true);
    },
    async leavePart(bytes, answer) {
      server.next = [answer];
      const stop = new AbortController();
      const onProgress = ({ done }: { done: number }) => {
        if (done === bytes) stop.abort();
      };
      await expect(get({ signal: stop.signal, timeout: 10, onProgress })).rejects.toMatchObject({ name: 'AbortError' });
      expect(readFileSync(`${target()}.part`)).toHaveLength(bytes);
      expect(existsSync(target())).toBe(false);
      expect(existsSync(`${target()}.part.lock`)).toBe(false);
      server.requests.length = 0;
    },
  };
}
