// The layers of a Keras configuration in running order: a Sequential's list, or a functional model's graph where it is a chain.

import { VggpuError } from '../../errors.js';
import { isObject, type JsonObject, type LayerEntry, refused } from './architecture-settings.js';

/** A model's layers, one after the other, and the shape of its input as Keras has it: batch first, null where it is free. */
export interface Chain {
  readonly name: string;
  readonly input: { readonly shape: unknown; readonly layer: string };
  /** Throws where the chain ends before the model does, so that what comes earlier is refused first. */
  entries(): Generator<LayerEntry>;
}

const CHAIN = 'layers in one chain, each used once';

/**
 * Finds the chain in a configuration as Keras 1, 2 or 3 writes it.
 * @throws VggpuError 'weights' for JSON that is no such configuration, or a model of another kind
 */
export function chainOf(path: string, configuration: unknown): Chain {
  const { class_name: kind, config } = isObject(configuration) ? configuration : ({} as JsonObject);
  if (typeof kind !== 'string' || typeof config !== 'object' || config === null) {
    throw new VggpuError(
      'weights',
      `${path} holds JSON, but not a Keras model's: expected class_name and config, as model.to_json() writes them.`,
    );
  }
  const sequential = kind === 'Sequential';
  if (!sequential && kind !== 'Model' && kind !== 'Functional') {
    throw new VggpuError('weights', `${path}: the model is a ${kind}. Supported: Sequential, or a functional model.`);
  }
  const listed = Array.isArray(config) ? config : (config as JsonObject).layers;
  if (!Array.isArray(listed) || listed.length === 0) {
    throw new VggpuError('weights', `${path}: the configuration of the model lists no layers. Save the model again.`);
  }
  const all = listed.map((value, index) => listedLayer(path, value, index));
  const model = isObject(config) ? config : {};
  const name = typeof model.name === 'string' ? model.name : 'sequential';
  if (!sequential) return functionalChain(path, name, all, model);
  const layers = all[0]?.className === 'InputLayer' ? all.slice(1) : all;
  const first = all[0] as Listed;
  const shape = inputShape(first.config) ?? model.build_input_shape;
  return {
    name,
    input: { shape, layer: first.name },
    *entries() {
      for (const [index, layer] of layers.entries()) yield entryOf(path, layer, index, layers.length);
    },
  };
}

interface Listed {
  readonly className: string;
  readonly name: string;
  readonly config: JsonObject;
  /** Names of the layers that each use of this one takes its input from. */
  readonly uses: readonly (readonly string[])[];
}

function listedLayer(path: string, value: unknown, index: number): Listed {
  const {
    class_name: kind,
    config,
    name,
    registered_name: registered,
    inbound_nodes: nodes,
  } = isObject(value) ? value : {};
  const settings = isObject(config) ? config : { layers: config };
  const known = settings.name ?? name;
  if (typeof kind !== 'string' || typeof known !== 'string') {
    throw new VggpuError(
      'weights',
      `${path}: layer ${index + 1} of the configuration has no class or no name. Save it again.`,
    );
  }
  const custom = typeof registered === 'string' && registered.includes('>'); // somebody's own class, whatever it is called
  const uses = (Array.isArray(nodes) ? nodes : []).map(sourcesOf);
  return { className: custom ? registered : kind, name: known, config: settings, uses };
}

const entryOf = (path: string, layer: Listed, index: number, total: number): LayerEntry => {
  const { className, name, config } = layer;
  return { path, className, name, config, position: index + 1, total };
};

/** The input's shape from the layer that states it, under the names that Keras gave it over time. */
const inputShape = (config: JsonObject): unknown => config.batch_shape ?? config.batch_input_shape;

/** Keras 1 and 2 list [name, node, tensor]; Keras 3 hides the same in the arguments, as keras_history. */
function sourcesOf(node: unknown): string[] {
  if (Array.isArray(node)) {
    if (typeof node[0] === 'string' && typeof node[1] === 'number')
      return [node[0], ...node.slice(3).flatMap(sourcesOf)];
    return node.flatMap(sourcesOf);
  }
  if (!isObject(node)) return [];
  if (Array.isArray(node.keras_history)) return sourcesOf(node.keras_history);
  return Object.values(node).flatMap(sourcesOf);
}

function functionalChain(path: string, name: string, all: readonly Listed[], model: JsonObject): Chain {
  const inputs = sourcesOf(model.input_layers);
  const outputs = sourcesOf(model.output_layers);
  const input = all.find((layer) => layer.name === inputs[0]);
  for (const [ends, what] of [
    [inputs, 'inputs'],
    [outputs, 'outputs'],
  ] as const) {
    if (ends.length === 1) continue;
    const names = ends.length === 0 ? '' : ` (${ends.join(', ')})`;
    throw new VggpuError('weights', `${path}: the model has ${ends.length} ${what}${names}. Supported: one of each.`);
  }
  if (input?.className !== 'InputLayer') {
    throw new VggpuError(
      'weights',
      `${path}: the model has no layer ${inputs[0]} for its input. Save the model again.`,
    );
  }
  const total = all.filter((layer) => layer.className !== 'InputLayer').length;
  return {
    name,
    input: { shape: inputShape(input.config), layer: input.name },
    *entries() {
      let previous = input;
      for (let index = 0; index < total; index++) {
        const next = all.filter((layer) => layer.uses.some((sources) => sources.includes(previous.name)));
        const before = entryOf(path, previous, index - 1, total);
        const [layer] = next;
        if (layer === undefined) {
          throw refused(before, `ends a chain of ${index} layers that leaves ${total - index} out`, CHAIN);
        }
        if (next.length > 1) {
          const names = next.map(({ name }) => name).join(', ');
          throw refused(before, `branches into ${names}`, CHAIN);
        }
        const entry = entryOf(path, layer, index, total);
        yield entry;
        if (layer.uses.length > 1) throw refused(entry, `is used ${layer.uses.length} times`, CHAIN);
        const sources = layer.uses[0] ?? [];
        if (sources.length > 1) throw refused(entry, `joins ${sources.join(', ')}`, CHAIN);
        previous = layer;
      }
      if (previous.name === outputs[0]) return;
      throw refused(entryOf(path, previous, total - 1, total), `follows the output ${outputs[0]}`, CHAIN);
    },
  };
}
