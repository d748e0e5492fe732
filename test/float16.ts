// Whether tests can use float16 on the adapter that they run on; where they cannot, that is said loudly.
import { it } from 'vitest';
import { probeFloat16 } from '../src/node/float16-probe.js';

/** Tried in a child process, on the adapter of `VGGPU_ADAPTER` or the default one. */
export const hasFloat16 = (await probeFloat16().catch(() => 'absent')) === 'works';

if (!hasFloat16) console.warn('SKIPPED: tests of float16, which does not run on this adapter');

/** `it` where there is float16. */
export const itWithFloat16 = hasFloat16 ? it : it.skip;
