// The tuning table of an adapter: readable JSON in the user's cache folder, one file for each adapter and driver.
//
// Entries of kernels whose shaders have changed since count for nothing.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { VggpuError } from '../errors.js';
import type { TunedVariants } from '../kernels/choices.js';
import { kernels } from '../kernels/index.js';
import { type Kernel, passesOf } from '../kernels/kernel.js';
import { programText } from '../kernels/program.js';
import type { ShaderText } from '../kernels/shader.js';
import type { TunedEntries, TunedEntry } from '../kernels/tuned-entry.js';
import { cacheFolder, type Say, sayOnStderr } from './cache-folder.js';
import { changeFile } from './locked-file.js';

/** What a table is for. */
export interface TunedAdapter {
  readonly name: string;
  readonly driver: string;
  readonly backend: string;
}

const FORMAT = 1;

const MeasurementSchema = v.object({
  ms: v.optional(v.number()),
  runs: v.optional(v.number()),
  error: v.optional(v.number()),
  slow: v.optional(v.boolean()),
  wrong: v.optional(v.string()),
});
const EntrySchema = v.object({
  kernel: v.string(),
  variant: v.string(),
  dims: v.record(v.string(), v.number()),
  measured: v.record(v.string(), MeasurementSchema),
  left: v.array(v.string()),
  date: v.string(),
  shaders: v.string(),
});
const TableSchema = v.object({
  format: v.literal(FORMAT),
  adapter: v.object({ name: v.string(), driver: v.string(), backend: v.string() }),
  entries: v.record(v.string(), EntrySchema),
});

type StoredEntry = v.InferOutput<typeof EntrySchema>;
type Stored = Readonly<Record<string, StoredEntry>>;

/** Where an adapter's table is, whether or not there is one. */
export function tablePath({ name, driver, backend }: TunedAdapter, folder = join(cacheFolder(), 'tuning')): string {
  const plain = (text: string) => text.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
  const digest = createHash('sha256')
    .update(JSON.stringify([name, driver, backend]))
    .digest('hex')
    .slice(0, 8);
  return join(folder, `${plain(name).slice(0, 60)}-${digest}.json`);
}

/**
 * The choices of a table that hold for the shaders as they are. A file that cannot be read as one is left out, and `say` gets a
 * line about it; none at all is no table yet.
 */
export function readTable(path: string, shaderText: ShaderText, say: Say = sayOnStderr): TunedEntries {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') say(`${path} is left out: ${(error as Error).message}.`);
    return {};
  }
  const { entries, why } = parse(text);
  if (why !== undefined) say(`The tuning table ${path} is left out: ${why}. 'vggpu tune' makes it anew.`);
  const digest = digester(shaderText);
  const valid = Object.entries(entries).filter(([, { kernel, shaders }]) => digest(kernel) === shaders);
  return Object.fromEntries(valid.map(([key, { shaders, ...entry }]) => [key, entry as TunedEntry]));
}

/** What `createChoices` takes. */
export function variantsOf(entries: TunedEntries): TunedVariants {
  return Object.fromEntries(Object.entries(entries).map(([key, { variant }]) => [key, variant]));
}

/**
 * Adds choices to a table, or puts them in the place of those it has.
 * @throws VggpuError 'output' where it cannot be written; what was there is then untouched
 */
export async function addToTable(
  path: string,
  adapter: TunedAdapter,
  entries: TunedEntries,
  shaderText: ShaderText,
): Promise<void> {
  if (Object.keys(entries).length === 0) return;
  const digest = digester(shaderText);
  const own: Stored = Object.fromEntries(
    Object.entries(entries).map(([key, entry]) => [
      key,
      { ...entry, measured: rounded(entry.measured), left: [...entry.left], shaders: digest(entry.kernel) ?? '' },
    ]),
  );
  const { name, driver, backend } = adapter;
  try {
    await changeFile(path, (text) => {
      const merged = { ...(text === undefined ? {} : parse(text).entries), ...own };
      const sorted = Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)));
      const table = { format: FORMAT, adapter: { name, driver, backend }, entries: sorted };
      return `${JSON.stringify(table, undefined, 2)}\n`;
    });
  } catch (error) {
    throw new VggpuError('output', `The tuning table ${path} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** The entries of a file's text, and why it is no table where there are none. */
function parse(text: string): { entries: Stored; why?: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { entries: {}, why: 'it is not JSON' };
  }
  const result = v.safeParse(TableSchema, value);
  if (result.success) return { entries: result.output.entries };
  const issue = result.issues[0];
  return { entries: {}, why: `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}` };
}

/** Gives a digest of all that the variants of a kernel compile to; undefined for a kernel that is there no more. */
function digester(shaderText: ShaderText): (kernel: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  const compute = (name: string) => {
    const kernel = kernels.find((candidate) => candidate.name === name);
    return kernel && digestOf(kernel, shaderText);
  };
  return (kernel) => {
    if (!known.has(kernel)) known.set(kernel, compute(kernel));
    return known.get(kernel);
  };
}

function digestOf({ variants, choice }: Kernel, shaderText: ShaderText): string {
  const hash = createHash('sha256').update(JSON.stringify(choice ?? null));
  for (const [name, variant] of Object.entries(variants)) {
    hash.update(`\0${name}\0`);
    for (const pass of passesOf(variant)) hash.update(programText({ shaderText }, pass));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Four digits are more than a measurement has. */
function rounded(measured: TunedEntry['measured']): StoredEntry['measured'] {
  const short = (value: number | undefined) => (value === undefined ? undefined : Number(value.toPrecision(4)));
  const each = Object.entries(measured).map(([name, { ms, error, ...rest }]) => [
    name,
    { ms: short(ms), error: short(error), ...rest },
  ]);
  return JSON.parse(JSON.stringify(Object.fromEntries(each))) as StoredEntry['measured'];
}
