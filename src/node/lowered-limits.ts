// Makes a device behave like a smaller one, so that tests can drive micro-batches and column panels with small tensors.

import { VggpuError } from '../errors.js';

/**
 * Shows lower limits on a device and holds its user to them. WebGPU raises what is asked for below its own defaults (128 MiB bindings, 256
 * MiB buffers), so the driver cannot do it: buffers and storage bindings that are too large throw a `memory` error here instead.
 */
export function lowerLimits(device: GPUDevice, lowered: Readonly<Record<string, number>>): void {
  const own = device.limits as unknown as Record<string, number>;
  const shown: Record<string, number> = {};
  for (const name in own) shown[name] = Math.min(own[name]!, lowered[name] ?? Number.POSITIVE_INFINITY);
  Object.defineProperty(device, 'limits', { value: Object.freeze(shown), configurable: true });

  const refuse = (what: string, bytes: number, name: string) => {
    throw new VggpuError(
      'memory',
      `${what} takes ${bytes} bytes, but this device was opened with ${name} ${shown[name]}.`,
    );
  };
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    if (descriptor.size > shown.maxBufferSize!) {
      refuse(`Buffer '${descriptor.label ?? ''}'`, descriptor.size, 'maxBufferSize');
    }
    return createBuffer(descriptor);
  };
  const createBindGroup = device.createBindGroup.bind(device);
  device.createBindGroup = (descriptor) => {
    for (const { binding, resource } of descriptor.entries) {
      const range: GPUBufferBinding | undefined =
        resource instanceof GPUBuffer ? { buffer: resource } : 'buffer' in resource ? resource : undefined;
      if (!range || (range.buffer.usage & GPUBufferUsage.STORAGE) === 0) continue;
      const bytes = range.size ?? range.buffer.size - (range.offset ?? 0);
      if (bytes > shown.maxStorageBufferBindingSize!) {
        refuse(`Binding ${binding} of '${descriptor.label ?? ''}'`, bytes, 'maxStorageBufferBindingSize');
      }
    }
    return createBindGroup(descriptor);
  };
}
