// npm run pack:portable [-- --out FILE] [--format xz|gz] [--preset 0..9]
//
// Packs one archive that runs on a 64-bit Linux without Node, npm or a network: `./vggpu bench`, `./vggpu test`, `./vggpu tune` and
// every other command. docs/portable.md says how it is used. Prints what each part takes, and fails where the archive is too large.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compress, type Format, hasXz } from './portable/compress.js';
import { type Part, stage } from './portable/stage.js';

/** The most that an archive may take, in bytes. */
const LIMIT = 60e6;

const ROOT = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    format: { type: 'string', default: hasXz() ? 'xz' : 'gz' },
    preset: { type: 'string', default: '6' },
  },
});
const { format } = values;
if (format !== 'xz' && format !== 'gz') fail(`--format is xz or gz, not '${format}'.`);
if (!/^[0-9]$/.test(values.preset)) fail(`--preset is a digit from 0 (fast) to 9 (small), not '${values.preset}'.`);
if (`${process.platform}-${process.arch}` !== 'linux-x64')
  fail(`The archive is for linux-x64 and holds this machine's Node: it cannot be packed on ${process.platform}.`);

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const name = `vggpu-${version}-linux-x64`;
const out = resolve(values.out ?? join(ROOT, 'build', `${name}.tar.${format}`));
const folder = mkdtempSync(join(tmpdir(), 'vggpu-portable-'));
try {
  const parts = await stage(ROOT, join(folder, name));
  mkdirSync(dirname(out), { recursive: true });
  await compress(folder, name, out, format as Format, Number(values.preset));
  print(parts, statSync(out).size);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function print(parts: readonly Part[], size: number): void {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`.padStart(9);
  for (const part of parts.filter(({ bytes }) => bytes >= 1e5)) console.error(`${megabytes(part.bytes)}  ${part.name}`);
  console.error(`${megabytes(parts.reduce((sum, { bytes }) => sum + bytes, 0))}  unpacked`);
  console.error(`${megabytes(size)}  packed`);
  console.log(out);
  if (size <= LIMIT) return;
  rmSync(out);
  fail(
    `The archive is larger than ${megabytes(LIMIT).trim()}: removed again. A higher --preset, or --format xz, makes it smaller.`,
  );
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
