// Looks for Vulkan on this machine without loading it: the loader library and the JSON files by which drivers announce themselves.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A Vulkan driver's JSON file, as the loader would find it. */
export interface DriverManifest {
  readonly file: string;
  /** The driver's library, as written in the file. */
  readonly library: string;
  readonly apiVersion: string;
}

const LIBRARY_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/lib/x86_64-linux-gnu',
  '/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/lib64',
  '/usr/lib',
  '/lib',
  '/usr/local/lib',
  '/run/opengl-driver/lib',
];

/** Whether the Vulkan loader, `libvulkan.so.1`, lies in a usual place. */
export function hasVulkanLoader(environment: NodeJS.ProcessEnv = process.env): boolean {
  const own = (environment.LD_LIBRARY_PATH ?? '').split(delimiter).filter(Boolean);
  return [...own, ...LIBRARY_FOLDERS].some((folder) => existsSync(join(folder, 'libvulkan.so.1')));
}

/** The variables by which a person tells the Vulkan loader which drivers to use. */
const GIVEN = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'];

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
  if (process.platform !== 'linux') return true;
  return GIVEN.some((name) => environment[name]) || findDriverManifests(environment).length > 0;
}
