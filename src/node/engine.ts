// Opens a device and puts the kernels on it, with the shaders from the package's files.
import { createChoices } from '../kernels/choices.js';
import { createGpu, type Gpu } from '../kernels/gpu.js';
import { type AdapterFacts, type OpenDeviceOptions, openDevice } from './open-device.js';
import { shaderFromFile } from './shader-files.js';
import { readTable, tablePath, variantsOf } from './tuned-table.js';
import { tuningSetting } from './tuning-setting.js';

/** A running engine. */
export interface Engine {
  readonly gpu: Gpu;
  readonly info: AdapterFacts;
  /** Waits for the device, frees it, and lets the process end. */
  close(): Promise<void>;
}

/**
 * Opens the adapter asked for, or the best there is, with the variants that were tuned for it.
 * @throws VggpuError 'device' where there is none
 */
export async function startEngine(options: OpenDeviceOptions & { readonly debug?: boolean } = {}): Promise<Engine> {
  const tuned = tuningSetting() !== 'off';
  const opened = await openDevice(options);
  const gpu = createGpu(opened.device, {
    kind: opened.info.kind,
    shaderText: shaderFromFile,
    matrixUnits: opened.info.matrixUnits,
    memory: opened.info.availableMemory,
    choices: createChoices(tuned ? tunedFor(opened.info, options.say) : {}),
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

/** The tuned variants of an adapter. */
function tunedFor(info: AdapterFacts, say: OpenDeviceOptions['say']) {
  let path: string;
  try {
    path = tablePath(info);
  } catch {
    return {}; // without a folder for caches nothing was tuned; what has to write there says so
  }
  return variantsOf(readTable(path, shaderFromFile, say));
}
