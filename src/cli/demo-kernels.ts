// Tells which kernels a step of the demo ran, by watching what goes to the device.
import type { Engine } from '../node/engine.js';

/** An engine that counts dispatches by kernel. */
export interface CountedEngine {
  readonly engine: Engine;
  /** `conv3x3/forward 26, max_pool/forward 10`: those since the last call, in the order of their first run. */
  takeKernels(): string;
}

/** The same device, with its dispatches counted. */
export function countKernels(engine: Engine): CountedEngine {
  const counts = new Map<string, number>();
  const { gpu } = engine;
  return {
    engine: {
      ...engine,
      gpu: {
        ...gpu,
        dispatch(work) {
          const [folder = '', op = ''] = work.pipeline.label.split(/[ /]/); // conv3x3/forward/register (its file)
          const name = `${folder}/${op}`;
          counts.set(name, (counts.get(name) ?? 0) + 1);
          gpu.dispatch(work);
        },
      },
    },
    takeKernels() {
      const text = [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
      counts.clear();
      return text;
    },
  };
}
