// The portable archive, unpacked in a folder with an awkward name and started without Node, npm or a home folder.
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { hasXz } from '../../scripts/portable/compress.js';
import { drawCat, drawPicture } from '../../src/data/drawings/index.js';
import { itWith } from '../shared.js';
import { temporaryFolder } from '../temporary-folder.js';
import { ROOT } from './install.js';

const LIMIT = 60e6;

const folder = temporaryFolder();
const at = (...path: string[]) => join(folder, ...path);
const archive = at(`portable.tar.${hasXz() ? 'xz' : 'gz'}`);
const itPacked = itWith(`${process.platform}-${process.arch}` === 'linux-x64', 'linux-x64, which the archive is for,');

/** The archive's tree, in a folder that a shell or a URL would trip over. */
const odd = at("it's an odd path, 100% é");
const home = () => join(odd, readdirSync(odd)[0]!);

/** Runs a command of the archive through a symbolic link, from another folder, with nothing to help it. */
function vggpu(...parameters: string[]) {
  const { VGGPU_ADAPTER } = process.env;
  const env = {
    ...{ PATH: at('bin'), HOME: '/proc/no-folders-here', TMPDIR: at('temporary') },
    ...(VGGPU_ADAPTER && { VGGPU_ADAPTER }),
  };
  return spawnSync(at('link'), parameters, { cwd: folder, env, encoding: 'utf8' });
}

function succeed(...parameters: string[]): string {
  const { status, stdout, stderr } = vggpu(...parameters);
  expect(status, stderr + stdout).toBe(0);
  return stdout;
}

describe('the portable archive', () => {
  beforeAll(() => {
    for (const name of [odd, at('bin'), at('temporary')]) mkdirSync(name);
    const readlink = ['/usr/bin/readlink', '/bin/readlink'].find((path) => statSync(path, { throwIfNoEntry: false }));
    symlinkSync(readlink!, at('bin', 'readlink')); // what following a link takes
    const run = (command: string, ...parameters: string[]) => {
      const { status, stderr } = spawnSync(command, parameters, { cwd: ROOT, encoding: 'utf8' });
      expect(status, stderr).toBe(0);
    };
    const preset = hasXz() ? '0' : '6'; // the least compression that fits, which is fast; what people pack is smaller
    run(process.execPath, '--import', 'tsx', 'scripts/pack-portable.ts', '--preset', preset, '--out', archive);
    run('tar', '-xf', archive, '-C', odd);
    symlinkSync(join('.', odd.slice(folder.length + 1), readdirSync(odd)[0]!, 'vggpu'), at('link'));
  }, 300_000);

  itPacked('is small enough to be carried about, and holds what npm publishes', () => {
    expect(statSync(archive).size).toBeLessThan(LIMIT);
    const shaders = (root: string) => readdirSync(join(root, 'shaders'), { recursive: true, encoding: 'utf8' }).sort();
    expect(shaders(home())).toEqual(shaders(ROOT));
  });

  itPacked('says which adapter runs, on its own Node', () => {
    const report = JSON.parse(succeed('doctor', '--json'));
    expect(report).toMatchObject({ ok: true, probe: 'works', machine: { node: process.version } });
    expect(report.cacheFolder.startsWith(at('temporary'))).toBe(true);
  });

  itPacked('reads weights and decodes pictures, which machine code does', async () => {
    mkdirSync(at('pictures'));
    writeFileSync(at('pictures', 'cat.jpg'), await drawPicture({ name: 'cat', draw: drawCat }, 1, 0));
    expect(succeed('plots', 'pictures', '--out', 'sheet.png')).toContain('1 picture');
    expect(succeed('summary', '--weights', join(home(), 'models/vgg-mini.h5'))).toMatch(
      /block1_conv1[\s\S]+predictions/,
    );
  });

  itPacked("runs tests by parts of their files' names, and counts them", () => {
    const said = succeed('test', 'relu', 'kernels/accumulate');
    expect(said).toMatch(/^- test\/kernels\/relu\.test\.js: \d+ passed, 0 failed/m);
    expect(said).toMatch(/\n\d\d+ passed, 0 failed in [\d.]+ s\n$/);
  });

  itPacked('fails where a test fails, or its process dies', () => {
    const tests = join(home(), 'test/kernels');
    appendFileSync(join(tests, 'relu.test.js'), "\nit('is wrong', () => expect([1, 2]).toEqual([1, 3]));\n");
    appendFileSync(join(tests, 'accumulate.test.js'), "\nprocess.kill(process.pid, 'SIGSEGV');\n");
    const { status, stdout } = vggpu('test', 'relu', 'kernels/accumulate');
    expect(status).toBe(1);
    expect(stdout).toMatch(/is wrong\n\s+expected \[ 1, 2 \] to deeply equal \[ 1, 3 \]/);
    expect(stdout).toContain('SIGSEGV');
    expect(stdout).toMatch(/\n\d+ passed, 2 failed in/);
    expect(vggpu('test', 'no such file').status).toBe(2);
  });

  itPacked("keeps vggpu's own test, which is known by its --out", () => {
    expect(vggpu('test', '--out', 'preds.csv')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--weights'),
    });
  });

  itPacked('times kernels beside TensorFlow.js', () => {
    succeed('bench', '--filter', 'softmax/forward', '--rounds', '2', '--json', 'bench.json');
    const { commit, rows } = JSON.parse(readFileSync(at('bench.json'), 'utf8'));
    expect(commit).toBe(readFileSync(join(home(), 'commit'), 'utf8').trim());
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) {
      expect(row.medianMs).toBeGreaterThan(0);
      const rival = row.peers.find(({ name }: { name: string }) => /TensorFlow.js .* WebGPU/.test(name));
      expect(rival.medianMs).toBeGreaterThan(0);
    }
  });
});
