// The matrix units of a device: which small products it makes in one step, by the invocations of a subgroup together.

import type { Capabilities } from './gpu.js';
import { hasHalves } from './half.js';

/** One product that the units make: (M, K) times (K, N) of `componentType`, summed in `resultComponentType`. */
export interface MatrixUnit {
  /** Of the factors: 'f16', 'f32', 'u8', ... */
  readonly componentType: string;
  /** Of the sums. */
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** Where Dawn tells which there are; no other implementation does, nor the types of TypeScript's DOM library. */
interface MatrixInfo {
  readonly subgroupMatrixConfigs?: Iterable<MatrixUnit>;
}

/**
 * The products that shaders may use on a device; none without Dawn's experimental feature, nor where subgroups differ in size, since the
 * invocations of a subgroup hold a matrix together and kernels count them.
 * @param adapterInfo of the adapter that the device came from: the device's own does not say
 */
export function matrixUnitsOf(device: Pick<GPUDevice, 'features'>, adapterInfo: GPUAdapterInfo): MatrixUnit[] {
  const features: ReadonlySet<string> = device.features;
  if (!features.has('chromium-experimental-subgroup-matrix')) return [];
  if (adapterInfo.subgroupMinSize !== adapterInfo.subgroupMaxSize) return [];
  const { subgroupMatrixConfigs = [] } = adapterInfo as MatrixInfo;
  return Array.from(subgroupMatrixConfigs, ({ componentType, resultComponentType, M, N, K }) => {
    return { componentType, resultComponentType, M, N, K };
  });
}

/** Invocations that hold a matrix together, in every shader here. */
export const SUBGROUP = 32;

/** Whether the device's matrix units multiply 16x16 halves into floats, by subgroups of 32. */
export function multipliesHalves(device: Pick<Capabilities, 'features' | 'matrixUnits' | 'subgroupSize'>): boolean {
  const fits = device.matrixUnits.some(
    ({ componentType, resultComponentType, M, N, K }) =>
      componentType === 'f16' && resultComponentType === 'f32' && M === 16 && N === 16 && K === 16,
  );
  return fits && hasHalves(device) && device.subgroupSize === SUBGROUP;
}
