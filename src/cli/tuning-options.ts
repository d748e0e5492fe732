// What `vggpu tune` and `vggpu kernels` share: the device, the network whose shapes count, and the adapter's table.
import { type Command, Option } from 'commander';
import type { Precision } from '../autograd/tensor.js';
import { VGG16, vgg16 } from '../nn/vgg16.js';
import { type Engine, startEngine } from '../node/engine.js';
import { shaderFromFile } from '../node/shader-files.js';
import { readTable, tablePath } from '../node/tuned-table.js';
import type { Described } from '../tune/needs.js';
import { describeModel } from '../vgg16/describe.js';
import { describeOptionsOf, type WeightsOptions, wholeNumber, withModelFile } from './options.js';

export interface TuningOptions extends Partial<Omit<WeightsOptions, 'exif'>> {
  readonly batch: number;
  readonly precision: Precision;
  readonly json?: boolean;
}

export function withTuning(command: Command): Command {
  command
    .option('--weights <file>', "the network whose shapes count; default VGG16's own")
    .option('--batch <count>', 'pictures a step', wholeNumber('--batch', 1), 64)
    .option('--adapter <name>', "gpu, lavapipe, swiftshader, or part of an adapter's name (default: the best there is)")
    .addOption(
      new Option('--precision <type>', 'of the layers that are not trained; f16 needs an adapter with float16')
        .choices(['f32', 'f16'])
        .default('f32'),
    );
  return withModelFile(command);
}

/** Opens the adapter for as long as `use` takes. */
export async function withTable<Result>(
  options: TuningOptions,
  use: (
    engine: Engine,
    network: Described,
    table: { readonly path: string; readonly entries: ReturnType<typeof readTable> },
  ) => Promise<Result>,
): Promise<Result> {
  const { adapter, precision } = options;
  const spec = await specOf(options);
  const say = (line: string) => console.error(line);
  const engine = await startEngine({ adapter, say, float16: precision === 'f16' });
  try {
    const path = tablePath(engine.info);
    return await use(engine, { spec, precision }, { path, entries: readTable(path, shaderFromFile, () => {}) });
  } finally {
    await engine.close();
  }
}

async function specOf({ weights, model, ...options }: TuningOptions): Promise<Described['spec']> {
  const file = model ?? weights;
  if (file === undefined) return vgg16(VGG16);
  const { spec } = await describeModel(
    file,
    describeOptionsOf({ ...options, weights: file, ...(model ? { model } : {}) }),
  );
  return spec;
}
