// npx tsx bench/features.ts [--pictures 200,400,800] [--shards 4] [--weights FILE] [--program FILE]
//
// How fast features are computed: sets of drawings of growing size, cut into shards that run one after the other on this machine,
// each by the built program (npm run build first) in a process of its own, as on a cluster. Prints JSON: seconds of the manifest,
// of each shard, and pictures a second of all of them, start of the program included.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CATS_AND_DOGS, drawSet } from '../src/data/drawings/index.js';

const inProject = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { values } = parseArgs({
  options: {
    pictures: { type: 'string', default: '200,400,800' },
    shards: { type: 'string', default: '4' },
    weights: { type: 'string', default: inProject('models/vgg-mini.h5') },
    program: { type: 'string', default: inProject('dist/cli/vggpu.cjs') },
  },
});
const { weights, program } = values;
const shards = Number(values.shards);
const folder = mkdtempSync(join(tmpdir(), 'vggpu-bench-'));

/** Runs the program to its end. @returns seconds */
function run(...parameters: string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [program, ...parameters], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`vggpu ${parameters.join(' ')} failed: ${stderr}`);
  return (performance.now() - started) / 1000;
}

try {
  const rows = [];
  for (const pictures of values.pictures.split(',').map(Number)) {
    const [drawings, out] = [join(folder, `${pictures}`), join(folder, `${pictures}-features`)];
    await drawSet(drawings, { classes: CATS_AND_DOGS, perClass: pictures / 2, seed: 1 });
    const features = ['features', drawings, '--weights', weights, '--out', out];
    const of = ['--of', String(shards)];
    const manifest = run(...features, ...of, '--manifest-only');
    const each = Array.from({ length: shards }, (_, shard) => run(...features, ...of, '--shard', String(shard)));
    const merge = run('merge', out);
    const seconds = each.reduce((sum, one) => sum + one);
    rows.push({ pictures, shards, manifest, each, merge, picturesPerSecond: pictures / seconds });
  }
  console.log(JSON.stringify(rows, undefined, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
