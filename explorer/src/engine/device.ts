// The browser's GPU: opened with all it has, or a sentence on why there is none.
import { createGpu, type Gpu } from '../../../src/engine.js';
import { shaderText } from './shaders.js';

/** A device with the kernels on it. */
export interface OpenDevice {
  readonly gpu: Gpu;
  /** As the browser tells it: vendor, architecture, description. */
  readonly name: string;
  /** Software that stands in for a GPU: slow, and its times say little about one. */
  readonly software: boolean;
}

/** Features that kernels can use, or that time them. */
const WANTED = ['shader-f16', 'subgroups', 'timestamp-query'] as const;

/** Opens the adapter that the browser prefers. @returns the reason, as a sentence, where there is none */
export async function openDevice(): Promise<OpenDevice | string> {
  if (!navigator.gpu) return 'This browser has no WebGPU, or has it switched off.';
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return 'This browser has WebGPU, but found no adapter that it may use.';
  const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupStorageSize } = adapter.limits;
  const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX, maxStorageBuffersPerShaderStage } =
    adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: WANTED.filter((feature) => adapter.features.has(feature)),
    requiredLimits: {
      ...{ maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupStorageSize },
      ...{ maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX, maxStorageBuffersPerShaderStage },
    },
  });
  const { vendor, architecture, description } = adapter.info;
  const software =
    adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${architecture} ${description}`);
  const names = [description, `${vendor} ${architecture}`.trim()];
  return {
    gpu: createGpu(device, { kind: software ? 'cpu' : 'gpu', shaderText }),
    name: names.find((name) => name !== '') ?? 'an adapter without a name',
    software,
  };
}
