// The weights file that the page shows: what network it holds, and its weights by slices.
import type { ServerResponse } from 'node:http';
import { basename } from 'node:path';
import type { WeightsFile } from '../data/keras/weights-file.js';
import { VggpuError } from '../errors.js';
import type { NetworkSpec } from '../nn/specification.js';
import { type DescribeOptions, openModel } from '../vgg16/describe.js';
import { frameHeader } from './frames.js';

/** What the page is told of the network, as JSON. */
export interface ServedModel {
  /** The file's name, without its folder. */
  readonly file: string;
  readonly spec: NetworkSpec;
  /** In the order of the outputs; empty where the network ends before its last layer. */
  readonly classes: readonly string[];
  /** What had to be assumed, in sentences. */
  readonly notes: readonly string[];
}

/** An open weights file. Layers with weights are numbered in the network's order. */
export interface ModelSource {
  readonly model: ServedModel;
  /** How many layers have weights. */
  readonly weighted: number;
  /** Sends a layer's kernel in slices; `panels` are ranges of its columns [from, to), which are kept apart. */
  sendKernel(layer: number, panels: readonly (readonly [number, number])[], response: ServerResponse): Promise<void>;
  /** The bias (out,). */
  bias(layer: number): Float32Array;
  close(): Promise<void>;
}

/** Bytes of a slice, about: small enough that a page shows how far it is. */
const SLICE_BYTES = 2 ** 22;

/**
 * @param namesOf names of that many classes, where the file itself has none
 * @throws VggpuError 'weights' or 'usage', as for every command that loads weights
 */
export async function openModelSource(
  path: string,
  options: DescribeOptions = {},
  namesOf?: (count: number) => readonly string[],
): Promise<ModelSource> {
  const { file, description } = await openModel(path, options);
  const { spec, classes, named, notes, order } = description;
  const names = namesOf && !named ? namesOf(classes.length) : classes.map(({ name }) => name);
  const numberOf = (layer: number) => {
    const number = order[layer];
    if (number !== undefined) return number;
    throw new VggpuError('weights', `${file.path} has ${order.length} layers with weights, no layer ${layer}.`);
  };
  return {
    model: { file: basename(path), spec, classes: names, notes },
    weighted: order.length,
    sendKernel: (layer, panels, response) => sendKernel(file, numberOf(layer), panels, response),
    bias: (layer) => file.readBias(numberOf(layer)),
    close: () => file.close(),
  };
}

async function sendKernel(
  file: WeightsFile,
  index: number,
  panels: readonly (readonly [number, number])[],
  response: ServerResponse,
): Promise<void> {
  const send = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      response.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  await file.readKernel(
    index,
    async (values, place) => {
      await send(frameHeader(place));
      // Waited for: the next slice comes in the same memory.
      await send(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    },
    { sliceBytes: SLICE_BYTES, ...(panels.length > 0 ? { panels } : {}) },
  );
  response.end();
}
