// The log of a training run: a line an epoch, as Keras' CSVLogger writes it.
import { writeFileAtomic } from '../../data/files/atomic-file.js';
import type { EpochResult } from './run-state.js';

const COLUMNS = 'epoch,loss,acc,val_loss,val_acc,seconds,learning_rate';

/**
 * Writes all epochs of a run anew, so that the file is whole at any moment and a resumed run has no line twice.
 * @throws VggpuError 'output'
 */
export async function writeEpochLog(
  file: string,
  history: readonly EpochResult[],
  learningRate: number,
): Promise<void> {
  const lines = history.map(({ loss, acc, valLoss, valAcc, seconds }, i) =>
    [i + 1, loss, acc, valLoss ?? '', valAcc ?? '', seconds.toFixed(3), learningRate].join(','),
  );
  await writeFileAtomic(file, `${[COLUMNS, ...lines].join('\n')}\n`);
}
