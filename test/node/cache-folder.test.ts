import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VggpuError } from '../../src/errors.js';
import { cacheFolder } from '../../src/node/cache-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'vggpu-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const silent = () => undefined;

describe.skipIf(process.platform === 'win32')('cacheFolder', () => {
  it('takes VGGPU_CACHE before all, and makes it', () => {
    const asked = join(folder, 'a', 'b');
    expect(cacheFolder(silent, { VGGPU_CACHE: asked, XDG_CACHE_HOME: folder, HOME: folder })).toBe(asked);
    expect(existsSync(asked)).toBe(true);
  });

  it('refuses a VGGPU_CACHE that cannot be written, by name', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const open = () => cacheFolder(silent, { VGGPU_CACHE: join(file, 'under') });
    expect(open).toThrow(VggpuError);
    expect(open).toThrow(join(file, 'under'));
  });

  it('takes the place that the system keeps for caches', () => {
    const own = cacheFolder(silent, { HOME: folder });
    expect(own).toBe(join(folder, process.platform === 'darwin' ? 'Library/Caches/vggpu' : '.cache/vggpu'));
    expect(cacheFolder(silent, { HOME: folder, XDG_CACHE_HOME: join(folder, 'xdg') })).toBe(
      join(folder, 'xdg', 'vggpu'),
    );
    expect(cacheFolder(silent, { HOME: folder, XDG_CACHE_HOME: 'not/absolute' })).toBe(own);
  });

  it('falls back to the temporary folder, and says so once', () => {
    const file = join(folder, 'home-is-a-file');
    writeFileSync(file, '');
    const said: string[] = [];
    const say = (line: string) => said.push(line);
    const homes: NodeJS.ProcessEnv[] = [{ HOME: file }, {}, { HOME: '' }];
    if (process.platform === 'linux') homes.push({ HOME: '/proc/no-folders-here' });
    for (const environment of homes) {
      const used = cacheFolder(say, environment);
      expect(used.startsWith(tmpdir())).toBe(true);
      expect(existsSync(used)).toBe(true);
    }
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(file);
  });
});
