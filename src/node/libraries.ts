// Loads shared libraries that are no addons of Node: the Vulkan loader and drivers.
import { constants } from 'node:os';

/** dlopen's flags: Node closes a library that is no addon, and RTLD_NODELETE (0x1000 in glibc) keeps it loaded all the same. */
export const STAY_LOADED = constants.dlopen.RTLD_NOW | 0x1000;

/** Loads a library for good, so that a later dlopen of its name finds it. */
export function loadForGood(library: string): void {
  try {
    process.dlopen({ exports: {} }, library, STAY_LOADED);
  } catch {
    // Always thrown: "Module did not self-register". It is loaded by then.
  }
}

/** Whether a library is here, with all that it needs itself; it is closed again. @param library a path, or a name to be searched for */
export function canLoad(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_LAZY);
    return true;
  } catch (error) {
    return error instanceof Error && error.message.includes('did not self-register');
  }
}
