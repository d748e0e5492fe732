// Opens a device and puts the kernels on it, with the shaders from the package's files.
import { createGpu, type Gpu } from '../kernels/gpu.js';
import { type AdapterFacts, type OpenDeviceOptions, openDevice } from './open-device.js';
import { shaderFromFile } from './shader-files.js';

/** A running engine. */
export interface Engine {
  readonly gpu: Gpu;
  readonly info: AdapterFacts;
  /** Waits for the device, frees it, and lets the process end. */
  close(): Promise<void>;
}

/** Opens the adapter asked for, or the best there is. @throws VggpuError 'device' where there is none */
export async function startEngine(options: OpenDeviceOptions & { readonly debug?: boolean } = {}): Promise<Engine> {
  const opened = await openDevice(options);
  const gpu = createGpu(opened.device, {
    kind: opened.info.kind,
    shaderText: shaderFromFile,
    memory: opened.info.availableMemory,
    debug: options.debug ?? false,
  });
  return {
    gpu,
    info: opened.info,
    async close() {
      gpu.close();
      await opened.close();
    },
  };
}
