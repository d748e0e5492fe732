// Reading back what `vggpu test` wrote, or somebody else made: class probabilities beside file names.

import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { VggpuError } from '../../errors.js';
import { parseCsv } from '../files/csv.js';
import { readNpy } from '../files/npy.js';
import { namesPath, rowsFormat } from './row-files.js';

/** Class probabilities of pictures. */
export interface Predictions {
  readonly path: string;
  readonly classes: readonly string[];
  readonly fileNames: readonly string[];
  /** (fileNames.length, classes.length), each 0..1 */
  readonly probabilities: Float32Array;
  /** Names of pictures that could not be read, where the file tells: .csv files do not. */
  readonly skipped: readonly string[];
}

/** A number as CSV writers write it; JavaScript's own reading would take '' for 0 as well. */
const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/**
 * Reads a .csv with the header `file,<class>,...`, or an .npy of (pictures, classes) and the JSON beside it.
 *
 * @throws VggpuError 'usage' for another extension; 'output' where a file is missing or malformed, or holds a value that is no
 *   probability, with its row and picture
 */
export async function readPredictions(path: string): Promise<Predictions> {
  const predictions = rowsFormat(path) === 'csv' ? await readCsv(path) : await readNpyWithNames(path);
  if (predictions.fileNames.length === 0) throw new VggpuError('output', `${path} has no rows: no picture is in it.`);
  return predictions;
}

async function readCsv(path: string): Promise<Predictions> {
  const rows = parseCsv(path, await readText(path));
  const header = rows.next().value?.fields ?? [];
  if (header.length < 2 || header[0] !== 'file') {
    const found = header.length === 0 ? 'it is empty' : `it begins with ${header.slice(0, 3).join(',')}`;
    throw new VggpuError('output', `${path}: a header file,<class>,<class>,... was expected, and ${found}.`);
  }
  const classes = header.slice(1);
  const fileNames: string[] = [];
  const values: number[] = [];
  for (const { line, fields } of rows) {
    if (fields.length !== header.length) {
      throw new VggpuError(
        'output',
        `${path}, line ${line}: ${fields.length} fields where the header has ${header.length} (${fields.join(',').slice(0, 80)}).`,
      );
    }
    const name = fields[0]!;
    for (const [i, text] of fields.slice(1).entries()) {
      const value = NUMBER.test(text) ? Math.fround(Number(text)) : Number.NaN;
      assertProbability(value, text, { where: `${path}, line ${line}`, name, className: classes[i]! });
      values.push(value);
    }
    fileNames.push(name);
  }
  return { path, classes, fileNames, probabilities: Float32Array.from(values), skipped: [] };
}

const NamesSchema = v.object({
  fileNames: v.array(v.string()),
  classes: v.pipe(v.array(v.string()), v.minLength(1)),
  skipped: v.optional(v.array(v.object({ file: v.string() })), []),
});

async function readNpyWithNames(path: string): Promise<Predictions> {
  const { shape, data } = await readNpy(path);
  const { fileNames, classes, skipped } = await readNames(namesPath(path));
  const expected = `(${fileNames.length}, ${classes.length})`;
  if (!(data instanceof Float32Array) || shape.length !== 2 || `(${shape.join(', ')})` !== expected) {
    const type = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'uint8';
    throw new VggpuError(
      'output',
      `${path} is ${type} of (${shape.join(', ')}); ${namesPath(path)} names ${fileNames.length} pictures and ${classes.length} classes, so float32 of ${expected} was expected.`,
    );
  }
  for (const [i, value] of data.entries()) {
    const row = Math.floor(i / classes.length);
    const className = classes[i % classes.length]!;
    assertProbability(value, String(value), { where: `${path}, row ${row}`, name: fileNames[row]!, className });
  }
  return { path, classes, fileNames, probabilities: data, skipped: skipped.map(({ file }) => file) };
}

async function readNames(path: string): Promise<v.InferOutput<typeof NamesSchema>> {
  let value: unknown;
  try {
    value = JSON.parse(await readText(path));
  } catch (error) {
    if (error instanceof VggpuError) throw error;
    throw new VggpuError('output', `${path} is no JSON: ${(error as Error).message}.`, { cause: error });
  }
  const result = v.safeParse(NamesSchema, value);
  if (result.success) return result.output;
  if (v.is(v.object({ layer: v.string() }), value)) {
    const remedy = 'Run vggpu test without --features for probabilities';
    throw new VggpuError('output', `${path} belongs to the features of layer ${value.layer}. ${remedy}.`);
  }
  const issue = result.issues[0];
  throw new VggpuError(
    'output',
    `${path} is not what vggpu test writes beside an .npy file (${v.getDotPath(issue) ?? 'top level'}: ${issue.message}).`,
  );
}

function assertProbability(
  value: number,
  text: string,
  { where, name, className }: { where: string; name: string; className: string },
): void {
  if (value >= 0 && value <= 1) return;
  throw new VggpuError('output', `${where} (${name}): '${text}' for ${className} is no probability from 0 to 1.`);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new VggpuError('output', `${path}: ${what}.`, { cause: error });
  }
}
