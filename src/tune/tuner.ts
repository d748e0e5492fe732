// The tuner: for one choice after another, the variant that runs now is held against the others, one at a time. After every such step the
// choice is valid and can be kept, so it may be stopped at any of them.
import { VggpuError } from '../errors.js';
import type { Capabilities, Gpu } from '../kernels/gpu.js';
import type { Measurement, TunedEntries, TunedEntry } from '../kernels/tuned-entry.js';
import { createJudge, type Judge } from './check.js';
import { contest, timeAlone } from './contest.js';
import { createMaterial, type Material } from './material.js';
import type { Need } from './needs.js';

export interface TunerOptions {
  /** Choices that were measured before: what they left is gone on with. */
  readonly before?: TunedEntries | undefined;
  /** Tries only what the descriptors' orders name for this kind of device, without the naive variants, and measures less often. */
  readonly quick?: boolean | undefined;
  /** Gives the device's memory back after every step, and not after every choice. */
  readonly sparing?: boolean | undefined;
  /** Told of every choice as it is after a step. */
  readonly onEntry?: ((key: string, entry: TunedEntry) => void) | undefined;
  /** Told of a choice for which no variant came to a right result. */
  readonly onNoneRight?: ((key: string, measured: TunedEntry['measured']) => void) | undefined;
}

export interface Tuner {
  /** Tries one variant. @returns false where nothing was left to try @throws VggpuError 'device' where the device is lost */
  step(): Promise<boolean>;
  /** Choices that still have something to try, the one under way first. */
  left(): readonly Need[];
  /** Gives the device's memory back. */
  close(): void;
}

/** Samples whose median counts. */
const ROUNDS = { quick: 3, thorough: 7 };

/** So many times slower than the best, a variant is not measured again. */
const HOPELESS = { quick: 1.3, thorough: 2 };

/** So many times slower than the best on one shape, a variant is not tried on smaller ones. */
const NOT_TRIED = 10;

/** On a CPU, time goes with the pictures: so many operations of one run are enough. */
const ENOUGH_FLOPS = 4e9;

/** One choice being made. */
interface Bout {
  need: Need;
  readonly left: string[];
  readonly measured: Record<string, Measurement>;
  champion: string | undefined;
  tools: { readonly material: Material; readonly judge: Judge } | undefined;
}

export function createTuner(gpu: Gpu, needs: readonly Need[], options: TunerOptions = {}): Tuner {
  const { before = {}, quick = false, sparing = false, onEntry, onNoneRight } = options;
  const slow = new Map<string, number>(); // kernel and variant -> times slower than the best on the shape before
  const isSlow = ({ name }: Need['kernel'], variant: string) => (slow.get(`${name} ${variant}`) ?? 0) >= NOT_TRIED;
  const bouts = needs
    .map((need) => open(affordable(need, gpu.capabilities.kind), before[need.key]))
    .filter((bout) => next(bout) !== undefined);
  const setting = quick ? ('quick' as const) : ('thorough' as const);

  function open(need: Need, known: TunedEntry | undefined): Bout {
    const order = orderOf(need, gpu.capabilities.kind);
    if (!known) return { need, left: order, measured: {}, champion: undefined, tools: undefined };
    const left = order.filter((name) => known.left.includes(name) || !(name in known.measured));
    const champion = need.variants.includes(known.variant) ? known.variant : undefined;
    return { need, left, measured: { ...known.measured }, champion, tools: undefined };
  }

  /** The variant to try next. */
  function next({ need, left }: Bout): string | undefined {
    const { kernel } = need;
    const preferred = kernel.prefer?.[gpu.capabilities.kind] ?? Object.keys(kernel.variants);
    const naive = Object.keys(kernel.variants)[0];
    return left.find((name) => {
      if (name === need.chosen) return true;
      if (isSlow(kernel, name)) return false;
      return !quick || (name !== naive && preferred.includes(name));
    });
  }

  async function attempt(bout: Bout, variant: string): Promise<void> {
    const { need, measured, champion } = bout;
    bout.tools ??= toolsFor(need);
    const { material, judge } = bout.tools;
    const { error, wrong } = await judge.judge(variant);
    if (wrong !== undefined) {
      measured[variant] = { wrong };
    } else if (champion === undefined) {
      measured[variant] = { ...(await timeAlone(gpu, need, material, variant)), error };
      bout.champion = variant;
    } else {
      const limits = { rounds: ROUNDS[setting], hopeless: HOPELESS[setting] };
      const outcome = await contest(gpu, need, material, [champion, variant], limits);
      // Times of one choice are all held against the champion's first: on a busy machine only those of one contest compare.
      const ms = measured[champion]?.ms ?? outcome.champion.ms;
      measured[champion] = { ...measured[champion], ms, runs: outcome.champion.runs };
      measured[variant] = {
        ms: ms * (outcome.challenger.ms / outcome.champion.ms),
        runs: outcome.challenger.runs,
        error,
      };
      if (outcome.won) bout.champion = variant;
    }
  }

  function toolsFor(need: Need): NonNullable<Bout['tools']> {
    const material = createMaterial(gpu, need);
    return { material, judge: createJudge(gpu, need, material) };
  }

  /**
   * What a failed attempt means. Where memory was short and there are pictures to leave out, half of them are.
   * @throws what is not the variant's fault
   */
  async function shrunk(bout: Bout, error: unknown): Promise<boolean> {
    release(bout);
    if (!(error instanceof VggpuError)) throw error;
    await gpu.finish().catch(() => {}); // what else the device said of it
    await gpu.finish(); // throws where the device is lost, and not only refused a shader
    const { dims } = bout.need;
    if (error.code !== 'memory' || !dims.H || !(dims.N! > 1)) return false;
    bout.need = { ...bout.need, dims: halved(dims) };
    return true;
  }

  function release(bout: Bout | undefined): void {
    bout?.tools?.material.free();
    if (bout) bout.tools = undefined;
  }

  function report(bout: Bout, finished: boolean): void {
    const { need, left, measured, champion } = bout;
    if (finished)
      for (const name of left.filter((other) => isSlow(need.kernel, other))) measured[name] = { slow: true };
    const best = champion === undefined ? undefined : measured[champion]?.ms;
    for (const [name, { ms }] of Object.entries(measured)) {
      if (ms !== undefined && best !== undefined) slow.set(`${need.kernel.name} ${name}`, ms / best);
    }
    const { kernel, dims, key } = need;
    if (champion === undefined) {
      if (finished) onNoneRight?.(key, measured);
      return;
    }
    const untried = left.filter((name) => !(name in measured));
    const date = new Date().toISOString();
    onEntry?.(key, { kernel: kernel.name, variant: champion, dims, measured: { ...measured }, left: untried, date });
  }

  return {
    left: () => bouts.map(({ need }) => need),
    close: () => release(bouts[0]),
    async step() {
      const bout = bouts[0];
      const variant = bout && next(bout);
      if (!bout || variant === undefined) return false;
      try {
        await attempt(bout, variant);
      } catch (error) {
        if (await shrunk(bout, error)) return true; // the same again with fewer pictures
        bout.measured[variant] = { wrong: (error as Error).message };
      }
      bout.left.splice(bout.left.indexOf(variant), 1);
      const finished = next(bout) === undefined;
      report(bout, finished);
      if (finished || sparing) release(bout);
      if (finished) bouts.shift();
      return true;
    },
  };
}

/** The variant that runs now, then those that the descriptor's order names, then the others from fast to naive. */
function orderOf({ kernel, variants, chosen }: Need, kind: Capabilities['kind']): string[] {
  const order = [chosen, ...(kernel.prefer?.[kind] ?? []), ...Object.keys(kernel.variants).reverse()];
  return [...new Set(order)].filter((name) => variants.includes(name));
}

/** On a CPU: the same with as few pictures as tell. */
function affordable(need: Need, kind: Capabilities['kind']): Need {
  let { dims } = need;
  while (kind === 'cpu' && dims.N! > 1 && dims.H && need.kernel.flops(dims) > ENOUGH_FLOPS) dims = halved(dims);
  return { ...need, dims };
}

function halved(dims: Need['dims']): Need['dims'] {
  return { ...dims, N: Math.floor(dims.N! / 2) };
}
