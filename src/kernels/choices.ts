// Which variant runs: the one that was found fastest for the shape on this device, or else the first that its descriptor's order has for it.
import type { Capabilities } from './gpu.js';
import { accepts, chooseVariant, type Kernel, type Values } from './kernel.js';

/** Variants that were found fastest: what `choiceKey` says of a kernel and its shape -> name. */
export type TunedVariants = Readonly<Record<string, string>>;

export interface Choices {
  /**
   * The name of the variant that runs. A tuned one that is there no more, or does not take these dims, counts for nothing.
   * @throws VggpuError 'kernel' where no variant takes them
   */
  variant<D extends string>(kernel: Kernel<D>, d: Values<D>, device: Capabilities): string;
  /** The tuned variants that hold now. */
  tuned(): TunedVariants;
  /**
   * Goes by other tuned variants from the next run of a kernel on: for a training run that is taken up again, and has to come
   * to the bits that it would have come to before.
   * @returns those that held until now
   */
  use(tuned: TunedVariants): TunedVariants;
}

/** Choices that go by what was tuned, and where that says nothing by the descriptors' orders. @param tuned default nothing */
export function createChoices(tuned: TunedVariants = {}): Choices {
  let held = tuned;
  return {
    variant(kernel, d, device) {
      const key = choiceKey(kernel, d);
      const name = key !== undefined && Object.hasOwn(held, key) ? held[key]! : undefined;
      const taken = name !== undefined && Object.hasOwn(kernel.variants, name);
      return taken && accepts(kernel.variants[name]!, d, device) ? name : chooseVariant(kernel, d, device);
    },
    tuned: () => held,
    use(next) {
      const before = held;
      held = next;
      return before;
    },
  };
}

/**
 * The kernel and what of its dims a choice goes by, as a person reads it: `conv3x3/forward H=56 W=56 C=256 K=256 pad=1`,
 * `matmul/nn K=4096 N=4096 M=9..64`. Undefined for a kernel whose variants are not chosen by measurement.
 */
export function choiceKey<D extends string>({ name, choice }: Kernel<D>, d: Values<D>): string | undefined {
  if (!choice) return undefined;
  const { by = [], classes = [] } = choice;
  return [name, ...by.map((dim) => `${dim}=${d[dim]}`), ...classes.map((dim) => `${dim}=${sizeClass(d[dim])}`)].join(
    ' ',
  );
}

/** The class of a size: 1, 2..4, 5..8, 9..64, and on by factors of 8. */
export function sizeClass(size: number): string {
  if (size <= 1) return String(size);
  let low = 2;
  for (let high = 4; ; high *= high === 4 ? 2 : 8) {
    if (size <= high) return `${low}..${high}`;
    low = high + 1;
  }
}
