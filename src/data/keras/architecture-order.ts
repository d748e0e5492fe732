// In which order a model's axes lie, by its configuration: what the shapes of weights alone do not tell.

import { isObject } from './architecture-settings.js';

/** What a configuration says about axes. */
export interface StatedOrder {
  /** True where convolution kernels lie (out, in, rows, columns): Keras 1's do where its pictures are channels-first. */
  readonly kernelsChannelsFirst: boolean;
  /** True where Flatten puts out (channel, row, column), in which order the next dense layer's rows then are. */
  readonly rowsChannelsFirst: boolean;
}

/**
 * Reads the order out of any model's configuration, as JSON or parsed, supported or not; text that is no JSON
 * says nothing. Keras 1 and the
 * first of Keras 2 flatten as the axes lie; where Flatten itself has a `data_format` of channels_first, it moves the
 * channels last before.
 */
export function statedOrder(configuration: unknown): StatedOrder {
  let kernelsChannelsFirst = false;
  let channelsFirst = false;
  let flattenMoves: boolean | undefined;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isObject(value)) return;
    const { class_name: kind, config } = value;
    if (typeof kind === 'string' && isObject(config)) {
      if (kind === 'Flatten') flattenMoves ??= config.data_format === 'channels_first';
      else if (config.data_format === 'channels_first') channelsFirst = true;
      else if (config.dim_ordering === 'th') kernelsChannelsFirst = true;
    }
    for (const item of Object.values(value)) visit(item);
  };
  visit(typeof configuration === 'string' ? parsed(configuration) : configuration);
  const rowsChannelsFirst = (channelsFirst || kernelsChannelsFirst) && flattenMoves !== true;
  return { kernelsChannelsFirst, rowsChannelsFirst };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
