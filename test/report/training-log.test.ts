// The log of a training run: what finetune writes, and what others made of it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { logBeside, parseTrainingLog, readTrainingLog } from '../../src/report/training-log.js';
import { temporaryFolder } from '../temporary-folder.js';

const HEADER = 'epoch,loss,acc,val_loss,val_acc,seconds,learning_rate';
const parse = (text: string) => parseTrainingLog(text, 'ft.csv');

describe('parseTrainingLog', () => {
  it('reads every column, and empty cells as absent', () => {
    expect(parse(`${HEADER}\n1,0.7,0.5,0.69,0.52,12.5,0.001\n2,0.6,0.6,,,1,\n`)).toEqual([
      { epoch: 1, loss: 0.7, acc: 0.5, valLoss: 0.69, valAcc: 0.52, seconds: 12.5, learningRate: 0.001 },
      { epoch: 2, loss: 0.6, acc: 0.6, valLoss: undefined, valAcc: undefined, seconds: 1, learningRate: undefined },
    ]);
    expect(parse('\ufeffacc,loss,epoch\r\n0.5,0.7,1\r\n')).toMatchObject([{ epoch: 1, loss: 0.7, acc: 0.5 }]);
    expect(parse(`${HEADER}\n`)).toEqual([]);
    expect(parse(`${HEADER}\n1,nan,0.5,,,,`)[0]!.loss).toBeNaN();
  });

  it.each([
    ['', /ft\.csv: its first line has no column epoch, loss, acc/],
    ['file,cats,dogs\na.jpg,0.1,0.9', /no column epoch, loss, acc/],
    [`${HEADER}\n1,0.7`, /line 2 has 2 values, not 7/],
    [`${HEADER}\n1,0.7,0.5,,,,\n2,high,0.5,,,,`, /line 3 has 'high' for loss, which is no number/],
    [`${HEADER}\n1,,0.5,,,,`, /line 2 has no loss/],
  ])('refuses %j', (text, says) => {
    expect(() => parse(text)).toThrow(says);
  });
});

it('finds the log beside the weights', () => {
  expect(logBeside('models/ft.h5')).toBe('models/ft.csv');
  expect(logBeside('models/ft.best.h5')).toBe('models/ft.csv');
  expect(logBeside('ft.HDF5')).toBe('ft.csv');
});

it('says which file cannot be read', async () => {
  const folder = temporaryFolder();
  await expect(readTrainingLog(join(folder, 'no.csv'))).rejects.toThrow(/no\.csv: there is no such file/);
  writeFileSync(join(folder, 'yes.csv'), `${HEADER}\n1,0.7,0.5,,,,`);
  expect(await readTrainingLog(join(folder, 'yes.csv'))).toHaveLength(1);
});
