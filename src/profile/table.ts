// A breakdown as lines for the terminal.
import type { Breakdown, KernelShare } from './breakdown.js';

const MOST_KERNELS = 8;

/** Shares below this part of the whole are shown as one sum; of times that overlap, where a sum says nothing, not at all. */
const SMALL = 0.005;

/** `12.3 s`, `1.23 s`, `45 ms`, `0.4 ms`, `12 µs`. */
export function formatTime(seconds: number): string {
  if (seconds >= 9.995) return `${seconds.toFixed(1)} s`;
  if (seconds >= 0.9995) return `${seconds.toFixed(2)} s`;
  const milliseconds = seconds * 1000;
  if (milliseconds < 0.0995) return `${Math.round(milliseconds * 1000)} µs`;
  return `${milliseconds.toFixed(milliseconds >= 9.95 ? 0 : 1)} ms`;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
const whole = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ',');
const counted = (count: number, one: string, many = `${one}s`) => `${whole(count)} ${count === 1 ? one : many}`;

/**
 * Where the time went, in lines: phases of the GPU and what held it up, counts, what the host did beside, and the top kernels.
 * @param name what was profiled, for example 'epoch 1'
 */
export function breakdownLines(breakdown: Breakdown, name: string): string[] {
  const { counts, steps, bytes, timed } = breakdown;
  const work = `${counted(counts.dispatches, 'dispatch', 'dispatches')} in ${counted(counts.submits, 'submit')}`;
  const moved = `${megabytes(bytes.uploaded)} uploaded, ${megabytes(bytes.read)} read back`;
  const lines = [whereItWent(breakdown, name), `  ${work}; ${moved}`];
  if (steps.count > 0) lines.push(`  ${stepsText(steps)}`);
  if (!timed) {
    lines.push(
      '  This adapter has no timestamp queries (timestamp-query), so the times of the GPU itself are missing.',
    );
  }
  const host = breakdown.host.filter(({ seconds }) => seconds >= SMALL * breakdown.seconds);
  const loop = host.filter(({ thread }) => thread === 'loop');
  const beside = host.filter(({ thread }) => thread !== 'loop');
  if (loop.length > 0 && timed) lines.push(`  The host, some of it while the GPU worked: ${loop.map(text).join(', ')}`);
  if (beside.length > 0) {
    const threads = beside.map((share) => `${text(share)} in ${counted(share.count, 'piece')}`);
    lines.push(`  Threads beside it, added up: ${threads.join(', ')}`);
  }
  if (timed && breakdown.kernels.length > 0) lines.push(...kernelTable(breakdown));
  return lines;
}

/** `19 steps of training, each with 31 dispatches in 2 submits`; means where steps differ. */
function stepsText({ count, dispatches, submits }: Breakdown['steps']): string {
  const each = (sum: number, one: string, many: string) => {
    const mean = sum / count;
    return mean === 1 ? `1 ${one}` : `${Number.isInteger(mean) ? whole(mean) : mean.toFixed(1)} ${many}`;
  };
  const work = `${each(dispatches, 'dispatch', 'dispatches')} in ${each(submits, 'submit', 'submits')}`;
  return `${counted(count, 'step')} of training${count === 1 ? ', with' : ', each with'} ${work}`;
}

function whereItWent({ seconds, timed, phases, idle }: Breakdown, name: string): string {
  const head = `Where ${name}'s ${formatTime(seconds)} went: `;
  const causes = foldSmall(idle, seconds).map(text);
  const parts = timed ? foldSmall(phases, seconds).map(text) : causes;
  if (timed && idle.length > 0) parts.push(`GPU idle ${formatTime(sumOf(idle))} (${causes.join(', ')})`);
  return head + (parts.join(', ') || 'nothing was recorded');
}

type Timed = { readonly name: string; readonly seconds: number | undefined };

const text = ({ name, seconds = 0 }: Timed) => `${name} ${formatTime(seconds)}`;
const sumOf = (shares: readonly Pick<Timed, 'seconds'>[]) => shares.reduce((sum, { seconds = 0 }) => sum + seconds, 0);

/** The shares that are worth a look, and one for the sum of the others. */
function foldSmall(shares: readonly Timed[], whole: number): Timed[] {
  const small = shares.filter(({ seconds = 0 }) => seconds < SMALL * whole);
  if (small.length < 2) return [...shares];
  return [...shares.filter((share) => !small.includes(share)), { name: 'the rest', seconds: sumOf(small) }];
}

/** Three digits or so: 1,000, 26.6, 3.41. */
const rateText = (rate: number) => (rate >= 100 ? whole(Math.round(rate)) : rate.toFixed(rate >= 10 ? 1 : 2));

function kernelTable({ kernels }: Breakdown): string[] {
  const busy = sumOf(kernels);
  const row = (cells: readonly string[]) => {
    const widths = [7, 9, 8, 9, 8];
    return `  ${widths.map((width, i) => cells[i]!.padStart(width)).join(' ')}  ${cells.at(-1)}`;
  };
  const line = (name: string, seconds: number, runs: number, rates: readonly [string, string]) =>
    row([`${(busy > 0 ? (100 * seconds) / busy : 0).toFixed(1)}%`, formatTime(seconds), whole(runs), ...rates, name]);
  const rate = (amount: number, { seconds }: KernelShare) =>
    amount > 0 && seconds ? rateText(amount / seconds / 1e9) : '-';
  const rows = kernels.slice(0, MOST_KERNELS).map((share) => {
    const { kernel, variant, seconds = 0, runs, flops, bytes } = share;
    return line(variant ? `${kernel}/${variant}` : kernel, seconds, runs, [rate(flops, share), rate(bytes, share)]);
  });
  const others = kernels.slice(MOST_KERNELS);
  const runs = others.reduce((sum, share) => sum + share.runs, 0);
  if (others.length > 0) rows.push(line(counted(others.length, 'other'), sumOf(others), runs, ['', '']));
  return [row(['share', 'time', 'runs', 'GFLOP/s', 'GB/s', 'kernel']), ...rows];
}
