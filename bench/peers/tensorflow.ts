// TensorFlow.js on a device that is already open, so that both engines are timed on the same one; and its wasm backend.
import type * as TensorFlowModule from '@tensorflow/tfjs';
import type { Gpu } from '../../src/kernels/gpu.js';
import { requirePackage } from '../project.js';

export type TensorFlow = typeof TensorFlowModule;
export type TensorFlowTensor = TensorFlowModule.Tensor;

/** A backend of TensorFlow.js. All of them share one engine, so each is made the current one before it works. */
export interface TensorFlowBackend {
  readonly tf: TensorFlow;
  /** 'TensorFlow.js 4.22.0 WebGPU' */
  readonly name: string;
  readonly kind: 'webgpu' | 'wasm';
  select(): Promise<void>;
  /** Submits what was queued and waits until it is done. */
  finish(): Promise<void>;
  /** GFLOP/s of one of VGG16's middle convolutions, where it is a software adapter that may take hours for what is large. */
  pace?(): Promise<number>;
}

/**
 * Loads TensorFlow.js and registers its WebGPU backend with this device. Forwarding of small tensors to the CPU is off: what is
 * timed runs on the device. On a software adapter its wasm backend joins, where it is installed.
 */
export async function openTensorFlow(gpu: Gpu): Promise<TensorFlowBackend[]> {
  // Required, not imported: TensorFlow.js' packages share one core only when all are loaded as CommonJS.
  const tf = requirePackage('@tensorflow/tfjs') as TensorFlow;
  const backends = [await openWebGpu(gpu, tf)];
  if (gpu.capabilities.kind === 'cpu') {
    const wasm = await openWasm(tf);
    if (wasm) backends.push(wasm);
  }
  return backends;
}

async function openWebGpu(gpu: Gpu, tf: TensorFlow): Promise<TensorFlowBackend> {
  const { device } = gpu;
  const { WebGPUBackend } = requirePackage(
    '@tensorflow/tfjs-backend-webgpu',
  ) as typeof import('@tensorflow/tfjs-backend-webgpu');
  // The backend refuses to start where no browser's navigator.gpu is, though it does not use it when it is given a device. Set
  // after loading, since it would register itself otherwise.
  const scope = globalThis as { navigator?: object };
  if (!scope.navigator) Object.defineProperty(scope, 'navigator', { value: {}, configurable: true });
  if (!('gpu' in scope.navigator!)) Object.defineProperty(scope.navigator, 'gpu', { value: {}, configurable: true });
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const backend = new WebGPUBackend(device, device.adapterInfo);
  tf.registerBackend('webgpu', () => backend);
  await tf.setBackend('webgpu');
  await tf.ready();
  const self: TensorFlowBackend = {
    tf,
    name: `TensorFlow.js ${tf.version_core} WebGPU`,
    kind: 'webgpu',
    async select() {
      await tf.setBackend('webgpu');
    },
    async finish() {
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      backend.submitQueue();
      await device.queue.onSubmittedWorkDone();
    },
  };
  if (gpu.capabilities.kind === 'gpu') return self;
  let known: number | undefined;
  return {
    ...self,
    async pace() {
      known ??= await paceOf(self);
      return known;
    },
  };
}

async function openWasm(tf: TensorFlow): Promise<TensorFlowBackend | undefined> {
  try {
    requirePackage('@tensorflow/tfjs-backend-wasm');
  } catch {
    return undefined; // an archive without it
  }
  await tf.setBackend('wasm');
  await tf.ready();
  return {
    tf,
    name: `TensorFlow.js ${tf.version_core} wasm`,
    kind: 'wasm',
    async select() {
      await tf.setBackend('wasm');
    },
    finish: async () => {}, // its ops have done their work when they return
  };
}

/** Times VGG16's conv5_1, the smallest of the large ones. */
async function paceOf({ tf, select, finish }: TensorFlowBackend): Promise<number> {
  await select();
  const [x, w] = [tf.ones([1, 14, 14, 512]), tf.ones([3, 3, 512, 512])] as const;
  const op = () => tf.conv2d(x as TensorFlowModule.Tensor4D, w as TensorFlowModule.Tensor4D, 1, 'same').dispose();
  op();
  await finish();
  const started = performance.now();
  op();
  await finish();
  x.dispose();
  w.dispose();
  return (2 * 14 * 14 * 9 * 512 * 512) / (performance.now() - started) / 1e6;
}
