// Completes the machine's own Vulkan where a part is missing, as in containers on GPU servers: the loader, for which the one from npm
// stands in, or a file that announces NVIDIA's driver and fits.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cacheFolder, type Say } from './cache-folder.js';
import { canLoad } from './libraries.js';
import { unpackSwiftShader, whyNoSwiftShader } from './swiftshader.js';
import {
  areDriversGiven,
  type DriverManifest,
  findDriverManifests,
  findManifestsElsewhere,
  hasVulkanLoader,
} from './vulkan-drivers.js';

/** The drivers of this machine, and whether a loader finds them without being told. */
export interface SystemDrivers {
  readonly manifests: readonly DriverManifest[];
  readonly found: boolean;
}

/** NVIDIA's driver under the names that it has in a container; the first needs X11's libraries, the second does not. */
const NVIDIA = ['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'];

const isNvidia = ({ library }: DriverManifest) => /nvidia/i.test(library);

/** What dlopen would be given for a manifest's library. */
const pathOf = ({ file, library }: DriverManifest) =>
  library.includes('/') ? resolve(dirname(file), library) : library;

/**
 * The machine's drivers: those that a loader finds, those in places where it does not look, and NVIDIA's where its library is here while no
 * file names it, or one that cannot be loaded. Drivers that a person names by hand are taken as they are.
 * @param announce writes a file for a library and gives what it says
 */
export function systemDrivers(
  announce: (library: string, apiVersion: string) => DriverManifest,
  environment: NodeJS.ProcessEnv = process.env,
  loads: (library: string) => boolean = canLoad,
): SystemDrivers {
  const standard = findDriverManifests(environment);
  if (areDriversGiven(environment)) return { manifests: standard, found: true };
  const libraries = new Set(standard.map(({ library }) => library));
  const elsewhere = findManifestsElsewhere().filter(({ library }) => !libraries.has(library));
  const all = [...standard, ...elsewhere];
  const nvidia = all.filter(isNvidia);
  if (!nvidia.some((manifest) => loads(pathOf(manifest)))) {
    const library = NVIDIA.find(loads);
    if (library !== undefined) {
      const own = announce(library, nvidia[0]?.apiVersion ?? '1.3.204');
      return { manifests: [...all.filter((manifest) => !isNvidia(manifest)), own], found: false };
    }
  }
  return { manifests: all, found: elsewhere.length === 0 };
}

/** Writes the file that announces a driver to the loader into the cache folder, if it is not there. */
function announceFromCache(library: string, apiVersion: string, say?: Say): DriverManifest {
  const file = join(cacheFolder(say), 'nvidia-icd.json');
  const ICD = { library_path: library, api_version: apiVersion };
  const text = JSON.stringify({ file_format_version: '1.0.0', ICD });
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  }
  return { file, library, apiVersion };
}

/** The drivers that Dawn gets to see on a Linux machine. */
export function driversHere(say?: Say): SystemDrivers {
  return systemDrivers((library, version) => announceFromCache(library, version, say));
}

/**
 * What must be set and loaded first for Dawn to see the machine's own drivers; nothing on a machine where nothing is missing.
 * @returns variables for the loader, and a loader's path where the machine has drivers and no loader
 */
export function completeVulkan(say?: Say): { environment: Record<string, string>; loader: string | undefined } {
  const nothing = { environment: {}, loader: undefined };
  if (process.platform !== 'linux') return nothing;
  const { manifests, found } = driversHere(say);
  if (manifests.length === 0) return nothing;
  const mustBring = !hasVulkanLoader() && whyNoSwiftShader() === undefined;
  if (found && !mustBring) return nothing;
  const files = manifests.map(({ file }) => file).join(':');
  return {
    environment: { VK_DRIVER_FILES: files, VK_ICD_FILENAMES: files },
    loader: mustBring ? unpackSwiftShader(say).loader : undefined,
  };
}
