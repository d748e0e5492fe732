// A rehearsal: the engine's own code runs on a device that does nothing, and what it asks for on the way tells which kernels a piece of work
// needs, at which dims. So it never differs from what really runs, whatever is fused, split or padded on the way.
import { createChoices } from '../kernels/choices.js';
import { createGpu, type Gpu } from '../kernels/gpu.js';
import type { Kernel, Values } from '../kernels/kernel.js';

/** One run of a kernel. */
export interface Asked {
  readonly kernel: Kernel;
  readonly dims: Readonly<Record<string, number>>;
  /** The variant that runs on the device that was rehearsed for. */
  readonly variant: string;
}

export interface Rehearsal {
  /** As the device that is rehearsed for, with its limits, features and choices; it takes no memory, and all it reads is zero. */
  readonly gpu: Gpu;
  /** Every run of a kernel so far whose variant was not forced. */
  readonly asked: readonly Asked[];
}

/** @param gpu the device that is rehearsed for; nothing runs on it */
export function createRehearsal(gpu: Gpu): Rehearsal {
  const asked: Asked[] = [];
  const choices = createChoices(gpu.choices.tuned());
  const rehearsal = createGpu(idle(gpu), {
    kind: gpu.capabilities.kind,
    matrixUnits: gpu.capabilities.matrixUnits,
    shaderText: gpu.shaderText,
    choices: {
      ...choices,
      tuned: () => ({ ...choices.tuned() }), // other ones every time, for all that run knows: so it asks for every run
      variant(kernel, d, device) {
        const variant = choices.variant(kernel, d, device);
        asked.push({ kernel: kernel as unknown as Kernel, dims: { ...d } as Values<string>, variant });
        return variant;
      },
    },
  });
  return { gpu: rehearsal, asked };
}

const nothing = (): void => {};
const object = (): object => ({});

/** A device with another's limits and features whose commands go nowhere. */
function idle({ device, capabilities }: Gpu): GPUDevice {
  const pass = { setPipeline: nothing, setBindGroup: nothing, dispatchWorkgroups: nothing, end: nothing };
  const encoder = {
    beginComputePass: () => pass,
    copyBufferToBuffer: nothing,
    copyBufferToTexture: nothing,
    clearBuffer: nothing,
    finish: object,
  };
  const createBuffer = ({ label, size }: GPUBufferDescriptor) => ({
    ...{ label, size, mapState: 'unmapped', destroy: nothing, unmap: nothing },
    mapAsync: async () => {},
    getMappedRange: (_: number, bytes: number) => new ArrayBuffer(bytes),
  });
  const createTexture = ({ label, size }: GPUTextureDescriptor) => {
    const [width = 0, height = 0] = size as number[];
    return { label, width, height, destroy: nothing, createView: object };
  };
  const stage = {
    ...{ limits: capabilities.limits, features: capabilities.features, adapterInfo: device.adapterInfo },
    ...{ lost: new Promise(nothing), addEventListener: nothing },
    queue: { writeBuffer: nothing, submit: nothing, onSubmittedWorkDone: async () => {} },
    ...{
      createBuffer,
      createTexture,
      createBindGroup: object,
      createBindGroupLayout: object,
      createPipelineLayout: object,
    },
    ...{ createShaderModule: object, createComputePipeline: object, createCommandEncoder: () => encoder },
  };
  return stage as unknown as GPUDevice; // what createGpu and run use of a device, and no more
}
