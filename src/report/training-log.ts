// The log of a training run, as finetune writes it: one line an epoch.
import { readFile } from 'node:fs/promises';
import { parseCsv } from '../data/files/csv.js';
import { VggpuError } from '../errors.js';

/** An epoch: losses in nats a picture, accuracies in 0..1; undefined where there was no validation. */
export interface LoggedEpoch {
  readonly epoch: number;
  readonly loss: number;
  readonly acc: number;
  readonly valLoss: number | undefined;
  readonly valAcc: number | undefined;
  readonly seconds: number | undefined;
  readonly learningRate: number | undefined;
}

const REQUIRED = ['epoch', 'loss', 'acc'];

/** @returns where finetune put the log beside these weights: ft.csv for ft.h5 and for ft.best.h5 */
export function logBeside(weights: string): string {
  return `${weights.replace(/(\.best)?\.(h5|hdf5)$/i, '')}.csv`;
}

/** @throws VggpuError 'output' where the file cannot be read, or is no such log: which line, and what is wrong with it */
export async function readTrainingLog(path: string): Promise<LoggedEpoch[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${error.code})`;
    throw new VggpuError('output', `The log ${path}: ${reason}.`, { cause: error });
  });
  return parseTrainingLog(text, path);
}

/**
 * Reads the columns epoch, loss, acc, and where they are there val_loss, val_acc, seconds, learning_rate, in any order.
 * @param path for messages
 * @throws VggpuError 'output'
 */
export function parseTrainingLog(text: string, path: string): LoggedEpoch[] {
  const fail = (what: string): never => {
    throw new VggpuError('output', `The log ${path}: ${what}. A log that vggpu finetune wrote was expected.`);
  };
  const rows = parseCsv(path, text);
  const names = rows.next().value?.fields.map((name) => name.trim()) ?? [];
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0) fail(`its first line has no column ${missing.join(', ')}`);
  return Array.from(rows, ({ line, fields }) => {
    if (fields.length !== names.length) fail(`line ${line} has ${fields.length} values, not ${names.length}`);
    const value = (name: string): number | undefined => {
      const cell = fields[names.indexOf(name)]?.trim() ?? '';
      if (cell === '') return undefined;
      if (/^[+-]?(nan|inf(inity)?)$/i.test(cell)) return Number.NaN; // a run that went wrong is still a log
      if (Number.isNaN(Number(cell))) return fail(`line ${line} has '${cell}' for ${name}, which is no number`);
      return Number(cell);
    };
    const needed = (name: string) => value(name) ?? fail(`line ${line} has no ${name}`);
    return {
      epoch: needed('epoch'),
      loss: needed('loss'),
      acc: needed('acc'),
      valLoss: value('val_loss'),
      valAcc: value('val_acc'),
      seconds: value('seconds'),
      learningRate: value('learning_rate'),
    };
  });
}
