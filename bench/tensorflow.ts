// TensorFlow.js' WebGPU backend on a device that is already open, so that both engines are timed on the same one.
import { createRequire } from 'node:module';
import type { TensorFlow } from './case.js';

export interface Rival {
  readonly tf: typeof TensorFlow;
  readonly version: string;
  /** Submits what was queued and waits until the device has done it. */
  finish(): Promise<void>;
}

/**
 * Loads TensorFlow.js and registers its WebGPU backend with this device. Forwarding of small tensors to the CPU is off: what is timed runs on
 * the device.
 */
export async function openTensorFlow(device: GPUDevice): Promise<Rival> {
  // Not import(): TensorFlow.js's packages share one core only when all are loaded as CommonJS.
  const require = createRequire(import.meta.url);
  const tf = require('@tensorflow/tfjs') as typeof TensorFlow;
  const { WebGPUBackend } =
    require('@tensorflow/tfjs-backend-webgpu') as typeof import('@tensorflow/tfjs-backend-webgpu');
  // The backend refuses to start where no browser's navigator.gpu is, though it does not use it when it is given a device. Set after loading,
  // since it would register itself otherwise.
  const scope = globalThis as { navigator?: object };
  if (!scope.navigator) Object.defineProperty(scope, 'navigator', { value: {}, configurable: true });
  if (!('gpu' in scope.navigator!)) Object.defineProperty(scope.navigator, 'gpu', { value: {}, configurable: true });
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const backend = new WebGPUBackend(device, device.adapterInfo);
  tf.registerBackend('webgpu', () => backend);
  await tf.setBackend('webgpu');
  await tf.ready();
  return {
    tf,
    version: tf.version_core,
    async finish() {
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      backend.submitQueue();
      await device.queue.onSubmittedWorkDone();
    },
  };
}
