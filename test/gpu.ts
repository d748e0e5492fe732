// The device that a test file shares: opened once, finished and closed at the end.
import { afterAll, beforeAll } from 'vitest';
import { createGpu, type Gpu, type GpuOptions } from '../src/kernels/gpu.js';
import { type OpenDeviceOptions, openDevice } from '../src/node/open-device.js';
import { shaderFromFile } from '../src/node/shader-files.js';

/** Opens the adapter of `VGGPU_ADAPTER` (or the default one) before the file's tests; the getter gives it. */
export function useGpu(options: OpenDeviceOptions & Partial<Pick<GpuOptions, 'debug' | 'kind'>> = {}): () => Gpu {
  let gpu: Gpu;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const opened = await openDevice({ say: () => {}, ...options });
    gpu = createGpu(opened.device, {
      kind: options.kind ?? opened.info.kind,
      shaderText: shaderFromFile,
      matrixUnits: opened.info.matrixUnits,
      debug: options.debug ?? false,
    });
    close = async () => {
      gpu.close();
      await opened.close();
    };
  });
  afterAll(async () => {
    await gpu?.finish();
    await close?.();
  });
  return () => gpu;
}
