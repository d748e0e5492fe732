// What a file saved by this project says about itself, beside the weights: enough to use it with nothing else.
import * as v from 'valibot';
import { VggpuError } from '../errors.js';
import type { NetworkSpec } from '../nn/specification.js';

const Count = v.pipe(v.number(), v.integer(), v.minValue(1));
const Named = { name: v.pipe(v.string(), v.minLength(1)) };
const ActivationName = v.picklist(['relu', 'linear']);

const LayerSchema = v.variant('kind', [
  v.object({
    kind: v.literal('conv3x3'),
    ...Named,
    filters: Count,
    pad: v.picklist([0, 1]),
    activation: ActivationName,
  }),
  v.object({ kind: v.literal('maxPool'), ...Named }),
  v.object({ kind: v.literal('globalAveragePool'), ...Named }),
  v.object({ kind: v.literal('flatten'), ...Named }),
  v.object({ kind: v.literal('dropout'), ...Named, rate: v.pipe(v.number(), v.minValue(0), v.maxValue(1)) }),
  v.object({ kind: v.literal('dense'), ...Named, units: Count, activation: ActivationName }),
  v.object({ kind: v.literal('activation'), ...Named, activation: v.picklist(['relu', 'sigmoid', 'softmax']) }),
  v.object({ kind: v.literal('binaryLogits'), ...Named }),
]);

const ModelSchema = v.object({
  format: v.literal(1),
  network: v.object({
    inputSize: Count,
    preprocessing: v.object({
      resize: v.picklist(['nearest', 'bilinear', 'area']),
      scale: v.number(),
      mean: v.tuple([v.number(), v.number(), v.number()]),
      reverse: v.boolean(),
    }),
    layers: v.array(LayerSchema),
  }),
  classes: v.array(v.string()),
  training: v.optional(v.record(v.string(), v.unknown())),
});

/** The attribute `vggpu` of a saved file. */
export interface ModelAttributes {
  readonly format: 1;
  readonly network: NetworkSpec;
  /** Class names in the order of the outputs. */
  readonly classes: readonly string[];
  /** The arguments it was trained with, for the record. */
  readonly training?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Checks the attribute of a file.
 * @throws VggpuError 'weights' where it is not what this version writes
 */
export function parseModelAttributes(path: string, value: unknown): ModelAttributes {
  if (typeof value === 'object' && value !== null && 'checkpoint' in value) {
    throw new VggpuError(
      'weights',
      `${path} is the checkpoint of a training run, not a model. Go on with the run by --resume, or name the model it makes.`,
    );
  }
  const result = v.safeParse(ModelSchema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new VggpuError(
    'weights',
    `${path}: its description of the network is not one this version reads (${v.getDotPath(issue) ?? 'top level'}: ${issue.message}). Save it again with the version that wrote it, or update vggpu.`,
  );
}
