// The ids of a submission: read from file names, each there once, without holes.

import { VggpuError } from '../../errors.js';
import { someOf } from '../some-of.js';

/** Ids that are written at most; a hole as large as this is a wrong file name. */
const MOST_IDS = 10_000_000;

/** Names or ids that a message shows of many. */
const SHOWN = 10;

/** An id and the row of its picture. */
export interface IdRow {
  readonly id: number;
  readonly row: number;
}

/**
 * The ids by number: the digits that a file is named by, `unknown/9292.jpg` being 9292.
 * @throws VggpuError 'pictures' for names that are no number, or two pictures of one id, by name
 */
export function idsOf(fileNames: readonly string[]): IdRow[] {
  const parsed = fileNames.map((name, row) => ({ id: parseId(name), row }));
  const nameless = parsed.filter(({ id }) => id === undefined).map(({ row }) => fileNames[row]!);
  if (nameless.length > 0) {
    throw new VggpuError(
      'pictures',
      `${count(nameless.length, 'file has', 'files have')} no number for a name, so no id: ${someOf(nameless, SHOWN)}. A test picture is named by its id alone, such as 9292.jpg.`,
    );
  }
  const rows = parsed.map(({ id, row }) => ({ id: id!, row })).sort((a, b) => a.id - b.id || a.row - b.row);
  const twice = rows.filter(({ id }, i) => id === rows[i - 1]?.id || id === rows[i + 1]?.id);
  if (twice.length > 0) {
    const names = twice.map(({ id, row }) => `${id} is ${fileNames[row]}`);
    throw new VggpuError(
      'pictures',
      `An id must be there once, and these are there more often: ${someOf(names, SHOWN)}. Keep one picture of each.`,
    );
  }
  return rows;
}

/** @returns the number that a file is named by, if it is one */
export function parseId(fileName: string): number | undefined {
  const digits = /(?:^|\/)(\d+)(?:\.[^./]*)?$/.exec(fileName)?.[1];
  const id = Number(digits);
  return digits !== undefined && Number.isSafeInteger(id) ? id : undefined;
}

/** What is known of the ids beside those that are there. */
export interface ExpectedIds {
  /** The largest id, where it is known: ids run from 1 to it. */
  readonly expect?: number | undefined;
  /** Names of pictures that have an id and no row. */
  readonly skipped: readonly string[];
}

/**
 * Ids that are not there: of 1 to `expect`; without it of 1 (or 0, where there is such an id) to the largest one known.
 * @param rows by id, each once
 * @throws VggpuError 'pictures' for ids past `expect`, or a hole too large to be one
 */
export function missingIds(
  rows: readonly IdRow[],
  fileNames: readonly string[],
  { expect, skipped }: ExpectedIds,
): number[] {
  const outside = rows.filter(({ id }) => expect !== undefined && (id < 1 || id > expect));
  if (outside.length > 0) {
    const names = outside.map(({ row }) => fileNames[row]!);
    throw new VggpuError(
      'pictures',
      `Only the ids 1 to ${expect} are expected, and there are ${someOf(names, SHOWN)}.`,
    );
  }
  const first = rows[0]?.id === 0 ? 0 : 1;
  const last = expect ?? skipped.reduce((most, name) => Math.max(most, parseId(name) ?? 0), rows.at(-1)?.id ?? 0);
  const holes = last - first + 1 - rows.length;
  if (holes > MOST_IDS) {
    throw new VggpuError('pictures', `${holes} of the ids ${first} to ${last} are missing: is ${last} an id?`);
  }
  const missing: number[] = [];
  let next = first;
  for (const id of [...rows.map((row) => row.id), last + 1]) {
    for (; next < id; next++) missing.push(next);
    next = id + 1;
  }
  return missing;
}

/** `1 file has` or `3 files have`. */
export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
