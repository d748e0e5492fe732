// What `vggpu finetune` does once the model is there: train with progress, stop in order, and say what came out.
import { elementsOf } from '../autograd/tensor.js';
import { removeLeftovers, writeFileAtomic } from '../data/files/atomic-file.js';
import { checkOutput } from '../data/keras/save.js';
import { VggpuError } from '../errors.js';
import { tensorsOf } from '../nn/parameters.js';
import { breakdownLines } from '../profile/table.js';
import { lineChart } from '../report/charts/line-chart.js';
import type { Batches } from '../vgg16/batches.js';
import type { FitOptions, FitResult } from '../vgg16/options.js';
import type { Vgg16 } from '../vgg16/vgg16.js';
import type { RunFiles } from './finetune-options.js';
import { commandAgain, INTERRUPTED, interruptible } from './interrupt.js';
import { bar, createEpochProgress, createStatusLine } from './progress.js';

interface OutputOptions {
  readonly json?: boolean;
  readonly profile?: boolean;
}

/** Trains, saves, and says what came out. @throws VggpuError as `Vgg16.fit` */
export async function runFinetune(
  vgg: Vgg16,
  train: Batches,
  valid: Batches | undefined,
  files: RunFiles,
  options: FitOptions,
  { json, profile }: OutputOptions,
): Promise<void> {
  const { out, best, checkpoint, log } = files;
  for (const file of [out, best, checkpoint, log]) await removeLeftovers(file);
  await checkOutput(out, 2 * parameterBytes(vgg)); // the model of the best epoch goes beside it
  const progress = createEpochProgress();
  const say = (line: string) => {
    progress.clear();
    console.error(line);
  };
  let epochs = 0;
  const run = (signal: AbortSignal) =>
    vgg.fit(train, valid, {
      ...{ ...options, best, checkpoint, log, signal, onProgress: progress.onProgress },
      onEpoch(result, epoch) {
        epochs = epoch;
        progress.onEpoch(result, epoch, options.epochs ?? 1);
      },
      ...(profile
        ? { onProfile: (breakdown, epoch) => say(breakdownLines(breakdown, `epoch ${epoch}`).join('\n')) }
        : {}),
      onSkip: ({ file, reason }) => say(`Skipped ${file}: ${reason}`),
    });
  try {
    const result = await interruptible(run, say);
    await vgg.saveWeights(out);
    if (json) {
      const { epochs: history, skipped } = result;
      console.log(
        JSON.stringify(
          { epochs: history, skipped, out, best: result.best && { ...result.best, file: best } },
          undefined,
          2,
        ),
      );
    } else console.log(endText(result, options, files));
  } catch (error) {
    progress.clear();
    if (!(error instanceof VggpuError)) throw error;
    if (error.code === 'training' && epochs > 0) {
      await vgg.saveWeights(out);
      console.error(`Saved the weights of epoch ${epochs} in ${out}.`);
    }
    if (error.code !== 'interrupted') throw error;
    console.error(`Stopped; the run is kept in ${checkpoint}. Go on with:\n  ${commandAgain(['--resume'])}`);
    process.exitCode = INTERRUPTED;
  }
}

function endText({ epochs, best }: FitResult, options: FitOptions, { out, best: bestFile, log }: RunFiles): string {
  const lines = [`Saved ${out}. Try it: vggpu predict PICTURE --weights ${out}`];
  if (best) {
    const name = epochs[best.epoch - 1]!.valLoss === undefined ? 'loss' : 'val_loss';
    lines.push(
      `Best epoch: ${best.epoch} of ${epochs.length} (${name} ${best.value.toFixed(4)}), in ${bestFile}. Log: ${log}`,
    );
  }
  if (epochs.length < (options.epochs ?? 1)) {
    lines.unshift(`Stopped early after epoch ${epochs.length}: none of the last ${options.earlyStop} was better.`);
  }
  return lines.join('\n');
}

/** Tries learning rates, draws the curve, and suggests one. @throws VggpuError as `Vgg16.findLearningRate` */
export async function findRate(
  vgg: Vgg16,
  train: Batches,
  { curve }: RunFiles,
  { optimizer, momentum, seed, classWeights, cache }: FitOptions,
  { json }: OutputOptions,
): Promise<void> {
  const line = createStatusLine();
  const { points, suggestion } = await vgg.findLearningRate(train, {
    ...{ optimizer, momentum, seed, classWeights, cache },
    onStep: (step, steps, loss) =>
      line.show(`Trying rates: ${step}/${steps} ${bar(step / steps)} loss ${loss.toFixed(4)}`),
    onSkip({ file, reason }) {
      line.clear();
      console.error(`Skipped ${file}: ${reason}`);
    },
  });
  line.clear();
  const nearest = points.reduce((a, b) =>
    Math.abs(Math.log(b[0] / suggestion)) < Math.abs(Math.log(a[0] / suggestion)) ? b : a,
  );
  const rate = Number(suggestion.toPrecision(2));
  await writeFileAtomic(
    curve,
    lineChart({
      title: 'Learning-rate range test',
      x: { label: 'learning rate', scale: 'log' },
      y: { label: 'loss, smoothed' },
      series: [{ name: 'loss', points }],
      mark: { x: suggestion, y: nearest[1], label: `suggestion: ${rate}` },
    }),
  );
  if (json) console.log(JSON.stringify({ suggestion: rate, points, curve }, undefined, 2));
  else
    console.log(
      `Suggested learning rate: ${rate}. The curve is in ${curve}. Go on with:\n  ${commandAgain([`--lr=${rate}`], ['--lr-find'])}`,
    );
}

function parameterBytes({ network }: Vgg16): number {
  const tensors = network.layers.flatMap(({ parameters }) => (parameters ? tensorsOf(parameters) : []));
  return tensors.reduce((bytes, { shape }) => bytes + 4 * elementsOf(shape), 0);
}
