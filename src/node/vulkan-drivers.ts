// Looks for Vulkan on this machine: the loader library and the JSON files by which drivers announce themselves.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { canLoad } from './libraries.js';

/** A Vulkan driver's JSON file, as the loader would find it. */
export interface DriverManifest {
  readonly file: string;
  /** The driver's library, as written in the file. */
  readonly library: string;
  readonly apiVersion: string;
}

let loaderInstalled: boolean | undefined;

/** Whether this machine has the Vulkan loader, `libvulkan.so.1`: found out before another one is loaded, and remembered. */
export function hasVulkanLoader(): boolean {
  loaderInstalled ??= canLoad('libvulkan.so.1');
  return loaderInstalled;
}

/** The variables by which a person tells the Vulkan loader which drivers to use. */
const GIVEN = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'];

/** Whether a person told the Vulkan loader which drivers to use, or which to add. */
export const areDriversGiven = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  GIVEN.some((name) => environment[name]);

/** Where some clusters put NVIDIA's files, and no loader looks. */
const ELSEWHERE = ['/usr/local/nvidia/share/vulkan/icd.d', '/usr/local/nvidia/vulkan/icd.d'];

function manifestFolders(environment: NodeJS.ProcessEnv): string[] {
  const home = environment.HOME ?? '';
  const list = (name: string, otherwise: string) => (environment[name] || otherwise).split(delimiter).filter(Boolean);
  const bases = [
    ...list('XDG_CONFIG_HOME', home && join(home, '.config')),
    ...list('XDG_CONFIG_DIRS', '/etc/xdg'),
    '/etc',
    '/usr/local/etc',
    ...list('XDG_DATA_HOME', home && join(home, '.local', 'share')),
    ...list('XDG_DATA_DIRS', '/usr/local/share:/usr/share'),
    '/usr/local/share',
    '/usr/share',
    '/run/opengl-driver/share',
  ];
  return [...new Set(bases.map((base) => join(base, 'vulkan', 'icd.d')))];
}

function jsonFilesIn(place: string): string[] {
  try {
    if (!statSync(place).isDirectory()) return [place];
    return readdirSync(place)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => join(place, name));
  } catch {
    return [];
  }
}

/** The Vulkan drivers that announce themselves to the loader here, by its rules: those of VK_DRIVER_FILES alone where it is given. */
export function findDriverManifests(environment: NodeJS.ProcessEnv = process.env): DriverManifest[] {
  const only = environment.VK_DRIVER_FILES || environment.VK_ICD_FILENAMES;
  const added = (environment.VK_ADD_DRIVER_FILES ?? '').split(delimiter).filter(Boolean);
  const places = only ? only.split(delimiter).filter(Boolean) : [...added, ...manifestFolders(environment)];
  return readManifests(places);
}

/** Drivers that announce themselves in places where the loader does not look. */
export function findManifestsElsewhere(): DriverManifest[] {
  return readManifests(ELSEWHERE);
}

function readManifests(places: readonly string[]): DriverManifest[] {
  const found: DriverManifest[] = [];
  for (const file of places.flatMap(jsonFilesIn)) {
    try {
      const { ICD } = JSON.parse(readFileSync(file, 'utf8')) as { ICD: { library_path: string; api_version: string } };
      found.push({ file, library: String(ICD.library_path), apiVersion: String(ICD.api_version) });
    } catch {
      // The loader skips what it cannot read, and so does this.
    }
  }
  return found;
}

/**
 * Whether asking the machine's own Vulkan can find anything. Where no driver announces itself, Dawn's attempt would only print warnings.
 * Anything a person set by hand is always tried.
 */
export function mayHaveVulkan(environment: NodeJS.ProcessEnv = process.env): boolean {
  return process.platform !== 'linux' || areDriversGiven(environment) || findDriverManifests(environment).length > 0;
}
