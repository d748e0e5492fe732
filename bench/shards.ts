// npx tsx bench/shards.ts [--rows N] [--columns N] [--dtype float16] [--shards N] [--chunk N] [--batch-size N] [--folder DIR]
//   [--program FILE]
//
// What training from a million rows of features takes: made-up shards are written, merged, and one epoch is trained on them, each
// by the built program (npm run build first) in a process of its own. Prints JSON: bytes, seconds, and the most memory that each
// process held (VmHWM of Linux).
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Dtype } from '../src/data/shards/manifest.js';
import { createNetwork, freeNetwork } from '../src/nn/network.js';
import { initialize } from '../src/nn/parameters.js';
import { vgg16 } from '../src/nn/vgg16.js';
import { startEngine } from '../src/node/engine.js';
import { saveModel } from '../src/vgg16/save.js';
import { describeFeatures } from '../src/vgg16/shards/shard-view.js';
import { writeSynthetic } from '../test/data/shards/synthetic.js';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    columns: { type: 'string', default: '256' },
    dtype: { type: 'string', default: 'float16' },
    shards: { type: 'string', default: '8' },
    chunk: { type: 'string', default: '1024' },
    'batch-size': { type: 'string', default: '256' },
    folder: { type: 'string', default: tmpdir() },
    program: { type: 'string', default: fileURLToPath(new URL('../dist/cli/vggpu.cjs', import.meta.url)) },
  },
});
const [rows, columns] = [Number(values.rows), Number(values.columns)];

const folder = mkdtempSync(join(values.folder, 'vggpu-bench-'));
try {
  const weights = join(folder, 'narrow.h5');
  await writeNarrow(weights);
  const { network, layer, weights: digest } = await describeFeatures(weights, {});
  const shards = join(folder, 'features');
  const begun = performance.now();
  await writeSynthetic(shards, {
    ...{ pictures: rows, width: columns, shards: Number(values.shards), chunk: Number(values.chunk) },
    ...{ dtype: values.dtype as Dtype, network, layer, weights: digest },
  });
  const written = (performance.now() - begun) / 1000;
  const merge = await run('merge', shards, '--json');
  const training = [
    '--weights',
    weights,
    '--out',
    join(folder, 'ft.h5'),
    '--batch-size',
    values['batch-size'],
    '--json',
  ];
  const finetune = await run('finetune', '--features', shards, ...training);
  const { epochs } = JSON.parse(finetune.stdout) as { epochs: { seconds: number; loss: number }[] };
  const { chunks } = JSON.parse(merge.stdout) as { chunks: number };
  const result = {
    ...{ rows, columns, dtype: values.dtype, chunks, bytes: rows * columns * (values.dtype === 'float16' ? 2 : 4) },
    ...{ writeSeconds: written, mergeSeconds: merge.seconds, mergePeakMiB: merge.peakMiB },
    ...{ finetuneSeconds: finetune.seconds, epochSeconds: epochs[0]!.seconds, finetunePeakMiB: finetune.peakMiB },
    loss: epochs[0]!.loss,
  };
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A VGG16 with few filters, whose fc1 has the columns asked for. */
async function writeNarrow(path: string): Promise<void> {
  const engine = await startEngine({ say: () => {} });
  const spec = vgg16({ inputSize: 32, filters: Array<number>(13).fill(4), units: [columns, 16, 2] });
  const network = createNetwork(engine.gpu, spec);
  network.layers.forEach(({ parameters }, stream) => {
    if (parameters) initialize(engine.gpu, parameters, { method: 'glorot', seed: 1, stream });
  });
  await saveModel(path, network, { classes: ['c0', 'c1'] });
  freeNetwork(network);
  await engine.close();
}

/** Runs a command line, and looks every 50 ms at the most memory that it has held. */
async function run(...words: string[]): Promise<{ stdout: string; seconds: number; peakMiB: number }> {
  const begun = performance.now();
  const child = spawn(process.execPath, [values.program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes;
  });
  let peakMiB = 0;
  const look = setInterval(() => {
    try {
      const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      peakMiB = Math.max(peakMiB, Number(kibibytes ?? 0) / 1024);
    } catch {} // it has ended
  }, 50);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(`${words[0]} ended with ${code}.`);
  return { stdout, seconds: (performance.now() - begun) / 1000, peakMiB: Math.round(peakMiB) };
}
