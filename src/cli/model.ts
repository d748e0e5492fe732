// Opens the model that a command works with.
import { Vgg16 } from '../vgg16/vgg16.js';
import { describeOptionsOf, type WeightsOptions } from './options.js';
import { createLoadProgress } from './progress.js';

/** Opens a model, lets it be used, and closes it. */
export type OpenModel = typeof withModel;

/** Loads the weights with progress on stderr, runs `use`, and closes the device whatever happens. */
export async function withModel<Result>(
  options: WeightsOptions,
  use: (vgg: Vgg16) => Promise<Result>,
): Promise<Result> {
  const say = (line: string) => console.error(line);
  const { weights, adapter, precision } = options;
  const onLoad = createLoadProgress();
  const vgg = await Vgg16.create({ ...describeOptionsOf(options), weights, adapter, precision, say, onLoad });
  try {
    return await use(vgg);
  } finally {
    await vgg.close();
  }
}
