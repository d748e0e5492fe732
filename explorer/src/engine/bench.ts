// The kernels of a layer on trial: what they work on is made once, their results are held against the naive variant's, and they are timed.
import { freeTensor, type Tensor } from '../../../src/engine.js';
import type { Live } from '../live.js';
import type { Activations } from './activations.js';
import { casesOf, type KernelCase, operandsOf } from './cases.js';
import { compile, type Message, withEdited } from './edited.js';
import { referenceOf, type Setting, type Trial, tryVariant, variantsFor } from './trial.js';

/** What became of an edited shader: what the compiler says, and where it compiled what it came to. */
export interface EditedOutcome {
  readonly messages: readonly Message[];
  readonly trial: Trial | undefined;
  /** Why it did not run although it compiled. */
  readonly refused: string | undefined;
}

/** Where the kernels section gets its kernels and their measurements from. */
export interface Bench {
  cases(layer: number): Promise<readonly KernelCase[]>;
  /** From naive to fast. */
  variants(tried: KernelCase): readonly string[];
  /** Measures a variant. Absent where there is nothing to run it on. */
  readonly trial?: (layer: number, tried: KernelCase, variant: string) => Promise<Trial>;
  /** As `trial`, for a text that was edited. */
  readonly edited?: (
    layer: number,
    tried: KernelCase,
    variant: string,
    pass: number,
    code: string,
  ) => Promise<EditedOutcome>;
}

export function createBench({ network, device, exclusive, activations }: Live): Bench {
  const { gpu } = device;

  /** Does `work` on what the layer works on for the picture that is shown. */
  function withOperands<Result>(
    layer: number,
    { kernel, dims, ...rest }: KernelCase,
    work: (setting: Setting) => Promise<Result>,
  ): Promise<Result> {
    return exclusive(async () => {
      const { inputs, outputs, top } = activations();
      const panel = network.layers[layer]!.parameters?.panels[0];
      let dy: Tensor | undefined;
      if (top !== undefined && 'dy' in kernel.bindings) dy = await activations().gradient(layer, 'loss');
      const own = { x: inputs[layer], y: outputs[layer], w: panel?.kernel, b: panel?.bias, dy };
      const operands = operandsOf(network, { kernel, dims, ...rest }, own);
      try {
        return await work({ gpu, kernel, dims, operands });
      } finally {
        operands.free();
        if (dy) freeTensor(gpu, dy);
      }
    });
  }

  let known: { readonly of: Activations; readonly name: string; readonly values: Float32Array } | undefined;

  /** The naive variant's result, computed once while one looks at a kernel of a layer. */
  async function referenceFor(layer: number, setting: Setting): Promise<Float32Array> {
    const name = `${layer} ${setting.kernel.name}`;
    const of = activations();
    if (known?.of !== of || known.name !== name) known = { of, name, values: await referenceOf(setting) };
    return known.values;
  }

  return {
    cases: (layer) => exclusive(() => casesOf(network, layer, activations().inputs[layer]!)),
    variants: (tried) => variantsFor(tried, gpu),
    trial: (layer, tried, variant) =>
      withOperands(layer, tried, async (setting) => tryVariant(setting, variant, await referenceFor(layer, setting))),
    edited: (layer, tried, variant, pass, code) =>
      withOperands(layer, tried, async (setting) => {
        const messages = await compile(gpu, code);
        if (messages.some(({ type }) => type === 'error')) return { messages, trial: undefined, refused: undefined };
        const edited = { ...setting, ...withEdited(gpu, tried.kernel, variant, pass, code) };
        try {
          const reference = await referenceFor(layer, setting);
          return { messages, trial: await tryVariant(edited, 'edited', reference), refused: undefined };
        } catch (error) {
          return { messages, trial: undefined, refused: error instanceof Error ? error.message : String(error) };
        }
      }),
  };
}
