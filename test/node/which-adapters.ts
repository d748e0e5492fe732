// Which adapters tests can use here; what is missing is said loudly.

import { candidates } from '../../src/node/adapters.js';
import { whyNoSwiftShader } from '../../src/node/swiftshader.js';

async function isThere(name: string): Promise<boolean> {
  try {
    for await (const _ of candidates(name)) return true;
  } catch {}
  console.warn(`SKIPPED: tests that need the adapter '${name}', which is not on this machine`);
  return false;
}

export const hasSwiftShader = whyNoSwiftShader() === undefined;
if (!hasSwiftShader) console.warn(`SKIPPED: tests of npm's SwiftShader: ${whyNoSwiftShader()}`);
export const hasLavapipe = await isThere('lavapipe');
