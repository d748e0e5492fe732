// One layer as a Keras configuration lists it, how its settings are read, and how it is refused.

import { VggpuError } from '../../errors.js';
import type { KerasActivation } from './architecture-vocabulary.js';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A layer of a configuration, and its place in running order. */
export interface LayerEntry {
  readonly path: string;
  readonly className: string;
  readonly name: string;
  /** Counted from 1, input layers left out; 0 for the input. */
  readonly position: number;
  readonly total: number;
  readonly config: JsonObject;
}

const ACTIVATIONS: readonly KerasActivation[] = ['relu', 'sigmoid', 'softmax', 'linear'];

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a layer is refused with: its name, class and place, what was found there, and what would do. */
export function refused(entry: LayerEntry, found: string, supported: string): VggpuError {
  const { path, name, className, position, total } = entry;
  const place = position === 0 ? '' : `, layer ${position} of ${total}`;
  return new VggpuError('weights', `${path}: layer ${name} (${className}${place}) ${found}. Supported: ${supported}.`);
}

/** The first of several settings that the layer has: Keras renamed some. */
export function setting({ config }: LayerEntry, ...keys: readonly string[]): unknown {
  const key = keys.find((name) => config[name] !== undefined);
  return key === undefined ? undefined : config[key];
}

/** Refuses a setting that is there and is none of `allowed`, or whose pair of numbers is none of them. */
export function requireOneOf(
  entry: LayerEntry,
  value: unknown,
  allowed: readonly (string | number | boolean | null)[],
  what: string,
): void {
  if (value === undefined) return;
  const values = Array.isArray(value) ? value : [value];
  const fits = values.length > 0 && values.every((item) => allowed.some((one) => one === item));
  if (!fits)
    throw refused(entry, `has ${what} ${valueText(value)}`, `${what} ${valueText(squared(value, allowed[0]))}`);
}

/** A setting that must be a whole number of at least 1. */
export function requireCount(entry: LayerEntry, value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  throw refused(entry, `has ${what} ${valueText(value)}`, `a whole number of ${what} from 1 on`);
}

/** An activation by its name, however it was written down; `fallback` where the layer says none. */
export function activationOf(entry: LayerEntry, fallback: KerasActivation = 'linear'): KerasActivation {
  const stated = setting(entry, 'activation') ?? fallback;
  const name = isObject(stated) && typeof stated.config === 'string' ? stated.config : stated;
  const known = ACTIVATIONS.find((activation) => activation === name);
  if (known !== undefined) return known;
  const found = isObject(name) ? (name.class_name ?? name) : name;
  throw refused(entry, `has the activation ${valueText(found)}`, ACTIVATIONS.join(', '));
}

/** A setting for people: 5x5 for a pair, JSON for the rest, cut where it is long. */
export function valueText(value: unknown): string {
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number'))
    return value.join('x');
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'missing');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function squared(value: unknown, wanted: unknown): unknown {
  return Array.isArray(value) && typeof wanted === 'number' ? [wanted, wanted] : wanted;
}
