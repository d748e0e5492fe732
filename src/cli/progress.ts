// Progress on stderr: a line that grows on a terminal, one line an epoch anywhere else.
import type { Progress } from '../vgg16/training/fit.js';
import type { EpochResult } from '../vgg16/training/run-state.js';

const BAR = 30;

/** Seconds as Keras shows them: 42s, 1:05, 2:03:04. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const pad = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** `[=====>....]` for a share of 0..1. */
export function bar(share: number): string {
  const full = Math.floor(share * BAR);
  if (full >= BAR) return `[${'='.repeat(BAR)}]`;
  return `[${'='.repeat(full)}>${'.'.repeat(BAR - full - 1)}]`;
}

/** A line that is written over on a terminal and left out elsewhere. */
export interface StatusLine {
  show(text: string): void;
  /** Takes the line away. */
  clear(): void;
}

export function createStatusLine(stream: NodeJS.WriteStream = process.stderr): StatusLine {
  let shown = false;
  return {
    show(text) {
      if (!stream.isTTY) return;
      stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
      shown = true;
    },
    clear() {
      if (shown) stream.write('\r\x1b[2K');
      shown = false;
    },
  };
}

/**
 * The seconds a phase still takes, from the speed since its first step: that one compiles pipelines and fills pools, and would
 * mislead.
 * @param now milliseconds
 */
export function createEta(): (done: number, total: number, now?: number) => number | undefined {
  let first: { done: number; at: number } | undefined;
  return (done, total, now = performance.now()) => {
    if (!first || done < first.done) {
      first = { done, at: now };
      return undefined;
    }
    if (done === first.done) return undefined;
    return ((now - first.at) / 1000 / (done - first.done)) * (total - done);
  };
}

/** Keras' progress for a finetune: `onProgress` and `onEpoch` of `fit`, and what to call at the end. */
export function createEpochProgress(stream: NodeJS.WriteStream = process.stderr) {
  const line = createStatusLine(stream);
  let eta = createEta();
  let phase = '';
  let pictures = 0;
  return {
    onProgress({ phase: now, epoch, epochs, done, total, loss, acc }: Progress): void {
      if (phase !== `${now} ${epoch}`) {
        phase = `${now} ${epoch}`;
        eta = createEta();
      }
      const left = eta(done, total);
      const time = left === undefined ? '' : ` - ETA: ${formatSeconds(left)}`;
      const count = `${String(done).padStart(String(total).length)}/${total} ${bar(done / total)}${time}`;
      if (now === 'train') pictures = done;
      if (now === 'measure') line.show(`Measuring the features: ${count}`);
      else if (now === 'validate') line.show(`Epoch ${epoch}/${epochs}, validation: ${count}`);
      else line.show(`Epoch ${epoch}/${epochs}: ${count} - loss: ${loss.toFixed(4)} - acc: ${acc.toFixed(4)}`);
    },
    onEpoch(result: EpochResult, epoch: number, epochs: number): void {
      line.clear();
      stream.write(`Epoch ${epoch}/${epochs}: ${pictures}/${pictures} ${epochLine(result)}\n`);
    },
    clear: line.clear,
  };
}

/** `- 12s - loss: 0.1229 - acc: 0.9672 - val_loss: 0.0581 - val_acc: 0.9820`. */
export function epochLine({ loss, acc, valLoss, valAcc, seconds }: EpochResult): string {
  const valid = valLoss === undefined ? '' : ` - val_loss: ${valLoss.toFixed(4)} - val_acc: ${valAcc!.toFixed(4)}`;
  const time = seconds < 10 ? `${seconds.toFixed(1)}s` : formatSeconds(seconds);
  return `- ${time} - loss: ${loss.toFixed(4)} - acc: ${acc.toFixed(4)}${valid}`;
}

/** Says how far the weights are loaded, where that takes long enough to be seen. */
export function createLoadProgress(stream: NodeJS.WriteStream = process.stderr) {
  const line = createStatusLine(stream);
  const large = 64 * 2 ** 20;
  let nextQuarter = 1;
  return (done: number, total: number): void => {
    const mega = (bytes: number) => Math.round(bytes / 1e6);
    line.show(`Loading weights: ${mega(done)}/${mega(total)} MB ${bar(done / total)}`);
    if (done >= total) line.clear();
    if (stream.isTTY || total < large || done < (nextQuarter * total) / 4) return;
    stream.write(`Loading weights: ${mega(done)}/${mega(total)} MB\n`);
    nextQuarter = Math.floor((done / total) * 4) + 1;
  };
}
