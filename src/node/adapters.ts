// Enumerates the adapters of this machine and chooses: the named one, else a GPU, else Mesa's lavapipe, else npm's SwiftShader.

import { isMainThread } from 'node:worker_threads';
import { VggpuError } from '../errors.js';
import type { Say } from './cache-folder.js';
import { adapterNames, type DawnAdapter, type Drivers, requestAdapter } from './dawn.js';
import { whyNoSwiftShader } from './swiftshader.js';

/** How an adapter was come by. */
export type AdapterSource = 'option' | 'hardware' | 'system lavapipe' | 'npm swiftshader';

/** An adapter's own description of itself. */
export interface AdapterDescription {
  /** The device's name, as the driver gives it, in small letters and hyphens. */
  readonly name: string;
  readonly description: string;
  readonly vendor: string;
  /** The driver and its version. */
  readonly driver: string;
  /** `vulkan`, `metal` or `d3d12`. */
  readonly backend: string;
  /** Whether it computes on the CPU. */
  readonly software: boolean;
  readonly kind: 'gpu' | 'cpu';
  /** Whose driver it is: the machine's own or the one from npm. */
  readonly drivers: Drivers;
}

/** An adapter with its description and the reason it is offered. */
export interface Candidate extends DawnAdapter {
  readonly source: AdapterSource;
  readonly about: AdapterDescription;
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|basic[ -]render/i;

/** Reads what an adapter says of itself. */
export function describeAdapter(found: DawnAdapter): AdapterDescription {
  const { vendor, architecture, device, description, isFallbackAdapter } = found.adapter.info;
  const software = isFallbackAdapter || SOFTWARE.test(`${architecture} ${device} ${description}`);
  return {
    name: device.replace(/^-+|-+$/g, '') || description || vendor,
    description,
    vendor,
    driver: description,
    backend: found.backend,
    software,
    kind: software ? 'cpu' : 'gpu',
    drivers: found.drivers,
  };
}

function asCandidate(found: DawnAdapter, chosenByName: boolean): Candidate {
  const about = describeAdapter(found);
  const kind = about.software ? (found.drivers === 'npm' ? 'npm swiftshader' : 'system lavapipe') : 'hardware';
  return { ...found, source: chosenByName ? 'option' : kind, about };
}

/** Every adapter of these drivers, the fastest first. */
async function adaptersOf(drivers: Drivers, say?: Say): Promise<DawnAdapter[]> {
  const first = await requestAdapter({ drivers, say });
  if (!first) return [];
  const names = await adapterNames(drivers, say);
  if (names.length < 2) return [first];
  const found = [first];
  for (const name of names) {
    const other = await requestAdapter({ drivers, name, say });
    if (other && other.adapter.info.device !== first.adapter.info.device) found.push(other);
  }
  return found;
}

function usableDrivers(): Drivers[] {
  return whyNoSwiftShader() === undefined ? ['system', 'npm'] : ['system'];
}

/** Descriptions of all adapters that there are, the machine's own first. */
export async function listAdapters(say?: Say): Promise<AdapterDescription[]> {
  const all: AdapterDescription[] = [];
  for (const drivers of usableDrivers()) all.push(...(await adaptersOf(drivers, say)).map(describeAdapter));
  return all;
}

const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');

/** Whether an adapter is the one that a person named: `gpu`, `lavapipe`, or part of its name or description in any case. */
export function isNamed(about: AdapterDescription, wanted: string): boolean {
  const name = plain(wanted);
  if (name === 'gpu') return !about.software;
  const text = plain(`${about.name} ${about.description}`);
  return text.includes(name === 'lavapipe' ? 'llvmpipe' : name);
}

async function* namedCandidates(wanted: string, say?: Say): AsyncGenerator<Candidate> {
  const order = /^swiftshader$/i.test(wanted) ? usableDrivers().reverse() : usableDrivers();
  const seen: AdapterDescription[] = [];
  for (const drivers of order) {
    const first = await requestAdapter({ drivers, say });
    if (!first) continue;
    if (isNamed(describeAdapter(first), wanted)) yield asCandidate(first, true);
    for (const found of await adaptersOf(drivers, say)) {
      const about = describeAdapter(found);
      if (found.adapter.info.device !== first.adapter.info.device && isNamed(about, wanted))
        yield asCandidate(found, true);
      seen.push(about);
    }
  }
  if (seen.some((about) => isNamed(about, wanted))) return;
  const there = seen.map((about) => `  ${about.name} (${about.driver})`).join('\n');
  throw new VggpuError(
    'device',
    `${/^gpu$/i.test(wanted) ? 'No hardware GPU was found' : `No adapter is called '${wanted}'`} (--adapter or VGGPU_ADAPTER). ` +
      `${seen.length > 0 ? `There are:\n${there}\n` : 'None was found at all. '}` +
      "Give part of a name, 'gpu', 'lavapipe' or 'swiftshader', or leave it out.",
  );
}

/**
 * Offers adapters, best first, for as long as the caller asks on: only those that fit `wanted` where it is given, else hardware, lavapipe,
 * npm's SwiftShader. Throws a `device` error that lists what there is where nothing fits, or says what is missing where nothing is left.
 */
export async function* candidates(wanted: string | undefined, say?: Say): AsyncGenerator<Candidate> {
  if (wanted?.trim()) {
    yield* namedCandidates(wanted.trim(), say);
    return;
  }
  const first = await requestAdapter({ drivers: 'system', say });
  if (first) {
    yield asCandidate(first, false);
    const others = (await adaptersOf('system', say)).slice(1).map((found) => asCandidate(found, false));
    yield* others.sort((a, b) => Number(a.about.software) - Number(b.about.software));
  }
  const reason = whyNoSwiftShader();
  const npm = reason === undefined ? await requestAdapter({ drivers: 'npm', say }) : null;
  if (npm) yield asCandidate(npm, false);
  if (first || npm) return;
  const worker = isMainThread
    ? ''
    : ' This is a worker thread: start it with env: SHARE_ENV, so that drivers can be chosen.';
  throw new VggpuError(
    'device',
    `This machine has no adapter: no GPU driver, no Mesa lavapipe, and ${reason ?? "npm's SwiftShader did not start"}.${worker} ` +
      "'vggpu doctor' says what to install.",
  );
}
