// Works out what would make this engine faster on this machine: what is missing, and what to install.

import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdapterDescription } from './adapters.js';
import type { DriverManifest } from './vulkan-drivers.js';

/** What is known of a machine when advice is asked for. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly adapters: readonly AdapterDescription[];
  readonly manifests: readonly DriverManifest[];
  readonly hasLoader: boolean;
  /** Makers of the display controllers on the PCI bus. */
  readonly graphicsCards: readonly string[];
  /** GPU device files that this user may not open. */
  readonly closedDevices: readonly string[];
}

const MAKERS: Readonly<Record<string, string>> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' };

/** The makers of this machine's graphics cards, from the PCI bus; empty where there is none to be seen. */
export function graphicsCards(bus = '/sys/bus/pci/devices'): string[] {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch {
      return '';
    }
  };
  const slots = (() => {
    try {
      return readdirSync(bus);
    } catch {
      return [];
    }
  })();
  const cards = slots.filter((slot) => read(join(bus, slot, 'class')).startsWith('0x03'));
  return [
    ...new Set(cards.map((slot) => MAKERS[read(join(bus, slot, 'vendor'))]).filter((name) => name !== undefined)),
  ];
}

/** The render nodes that are there and may not be opened. */
export function closedDevices(folder = '/dev/dri'): string[] {
  try {
    const nodes = readdirSync(folder).filter((name) => name.startsWith('renderD'));
    return nodes
      .map((name) => join(folder, name))
      .filter((file) => {
        try {
          accessSync(file, constants.R_OK | constants.W_OK);
          return false;
        } catch {
          return true;
        }
      });
  } catch {
    return [];
  }
}

const DRIVER_PACKAGES: Readonly<Record<string, string>> = {
  NVIDIA: "NVIDIA's driver with its Vulkan part (libnvidia-gl; in a container, NVIDIA_DRIVER_CAPABILITIES=all)",
  AMD: 'mesa-vulkan-drivers',
  Intel: 'mesa-vulkan-drivers',
};

/** Sentences that say what would make the engine faster here, the most useful first; empty where a GPU already runs it. */
export function advise(here: Surroundings): string[] {
  if (here.adapters.some((adapter) => !adapter.software)) return [];
  if (here.platform !== 'linux') return ['No GPU was found: update the graphics driver of this machine.'];
  const advice: string[] = [];
  for (const maker of here.graphicsCards) {
    advice.push(
      `A graphics card of ${maker} is in this machine, but no Vulkan driver shows it: install ${DRIVER_PACKAGES[maker]}.`,
    );
  }
  if (here.closedDevices.length > 0) {
    advice.push(
      `${here.closedDevices.join(', ')} may not be opened by this user: add the user to the group render, log in again.`,
    );
  }
  if (!here.hasLoader && !here.adapters.some(({ drivers }) => drivers === 'system')) {
    advice.push(
      'The Vulkan loader libvulkan.so.1 is missing: install libvulkan1 (Debian, Ubuntu) or vulkan-loader (Fedora, Arch: vulkan-icd-loader).',
    );
  }
  const lavapipe = here.manifests.find(({ library }) => /lvp/.test(library));
  const runsLavapipe = here.adapters.some(({ name }) => /llvmpipe/.test(name));
  if (lavapipe && !runsLavapipe && here.hasLoader) {
    advice.push(
      `Mesa's lavapipe is installed (Vulkan ${lavapipe.apiVersion}), but Dawn does not take it: it is too old. Install Mesa 24 or newer ` +
        '(Debian 12: mesa-vulkan-drivers from bookworm-backports).',
    );
  } else if (!lavapipe) {
    advice.push(
      "Mesa's lavapipe is several times as fast as SwiftShader and has float16: install mesa-vulkan-drivers, Mesa 24 or newer " +
        '(Debian 12: from bookworm-backports).',
    );
  }
  const hardware = here.manifests.filter(({ library }) => !/lvp|swiftshader|gfxstream|virtio/.test(library));
  if (hardware.length > 0 && here.graphicsCards.length === 0) {
    const names = hardware.map(({ library }) => library).join(', ');
    advice.push(
      `Drivers for hardware are installed (${names}), but no GPU is visible. In a container, pass it in (--device /dev/dri, --gpus all).`,
    );
  }
  advice.push('Any GPU with a Vulkan driver is far faster than software on this CPU.');
  return advice;
}
