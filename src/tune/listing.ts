// What there is to choose from, what was chosen for which shape, and why: the facts behind `vggpu kernels`.
import { createChoices, type TunedVariants } from '../kernels/choices.js';
import type { Gpu } from '../kernels/gpu.js';
import { kernels } from '../kernels/index.js';
import { chooseVariant } from '../kernels/kernel.js';
import type { Measurement, TunedEntries, TunedEntry } from '../kernels/tuned-entry.js';
import type { Need } from './needs.js';

/** One choice that holds on this device. */
export interface ListedChoice {
  /** The dims that it goes by, as in `H=56 W=56 C=256 K=256 pad=1`. */
  readonly shape: string;
  readonly variant: string;
  /** The one that the descriptor's order would take. */
  readonly builtIn: string;
  /** How it was measured; undefined where it was not, and the built-in one runs. */
  readonly tuned?: TunedEntry | undefined;
}

export interface ListedKernel {
  readonly name: string;
  readonly variants: readonly { readonly name: string; readonly idea: string }[];
  readonly choices: readonly ListedChoice[];
}

/**
 * Kernels in their usual order, with the choices for the shapes in `needs` and for all others that were measured.
 * @param part only kernels whose name contains it
 */
export function listKernels(gpu: Gpu, needs: readonly Need[], entries: TunedEntries, part = ''): ListedKernel[] {
  const shapes = new Map<string, { kernel: string; dims: Need['dims'] }>();
  for (const { key, kernel, dims } of needs) shapes.set(key, { kernel: kernel.name, dims });
  for (const [key, { kernel, dims }] of Object.entries(entries))
    if (!shapes.has(key)) shapes.set(key, { kernel, dims });
  const tuned: TunedVariants = Object.fromEntries(Object.entries(entries).map(([key, { variant }]) => [key, variant]));
  const choices = createChoices(tuned);
  return kernels
    .filter(({ name }) => name.includes(part))
    .map((kernel) => ({
      name: kernel.name,
      variants: Object.entries(kernel.variants).map(([name, { idea }]) => ({ name, idea })),
      choices: [...shapes]
        .filter(([, shape]) => shape.kernel === kernel.name)
        .map(([key, { dims }]) => {
          const variant = choices.variant(kernel, dims, gpu.capabilities);
          const entry = entries[key];
          return {
            ...{ shape: key.slice(kernel.name.length + 1), variant },
            builtIn: chooseVariant(kernel, dims, gpu.capabilities),
            tuned: entry?.variant === variant ? entry : undefined,
          };
        }),
    }));
}

/** Why a variant runs, in one line: `measured: 22.1 ms; winograd4 31.2 ms, register 1.2 times ...`. */
export function whyChosen({ tuned, builtIn }: ListedChoice, kind: 'cpu' | 'gpu'): string {
  if (!tuned) return `built in: the first for a ${kind === 'cpu' ? 'CPU' : 'GPU'} that takes it and pays`;
  const { measured, variant, left } = tuned;
  const others = Object.entries(measured)
    .filter(([name, { ms }]) => name !== variant && ms !== undefined)
    .sort(([, a], [, b]) => a.ms! - b.ms!)
    .map(([name, { ms }]) => `${name} ${milliseconds(ms!)}${name === builtIn ? ' (built in)' : ''}`);
  const slow = Object.keys(measured).filter((name) => measured[name]!.slow);
  const wrong = Object.entries(measured).filter(([, { wrong }]) => wrong !== undefined);
  return [
    `measured: ${milliseconds(measured[variant]!.ms!)}`,
    ...(others.length > 0 ? [others.join(', ')] : []),
    ...wrong.map(([name, { wrong }]) => `${name} left out: ${wrong}`),
    ...(slow.length > 0 ? [`far slower elsewhere: ${slow.join(', ')}`] : []),
    ...(left.length > 0 ? [`not tried: ${left.join(', ')}`] : []),
  ].join('; ');
}

/** `22.1 ms`, three digits. */
function milliseconds(ms: number): string {
  return `${ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3)} ms`;
}

/** What tuning changed: a choice that differs from the built-in one, and how much faster it is. */
export interface Change {
  readonly key: string;
  readonly builtIn: string;
  readonly variant: string;
  /** The built-in one's time over the chosen one's; undefined where the built-in one was wrong. */
  readonly times: number | undefined;
}

export interface TuningSummary {
  readonly changes: readonly Change[];
  /** Variants with a wrong result, or that did not run. */
  readonly wrong: readonly { readonly key: string; readonly variant: string; readonly why: string }[];
}

/** Sums up entries, the largest gain first. */
export function summarize(gpu: Gpu, entries: TunedEntries): TuningSummary {
  const changes: Change[] = [];
  for (const [key, { kernel: name, variant, dims, measured }] of Object.entries(entries)) {
    const kernel = kernels.find((candidate) => candidate.name === name);
    const builtIn = kernel && chooseVariant(kernel, dims, gpu.capabilities);
    if (builtIn === undefined || builtIn === variant) continue;
    const [before, after] = [measured[builtIn]?.ms, measured[variant]?.ms];
    const times = before === undefined || after === undefined ? undefined : before / after;
    changes.push({ key, builtIn, variant, times });
  }
  changes.sort((a, b) => (b.times ?? Infinity) - (a.times ?? Infinity));
  const wrong = Object.entries(entries).flatMap(([key, { measured }]) =>
    Object.entries<Measurement>(measured).flatMap(([variant, { wrong: why }]) =>
      why === undefined ? [] : [{ key, variant, why }],
    ),
  );
  return { changes, wrong };
}
