// A device that passes for one with matrix units.
import { withoutMatrixUnits } from '../../scripts/exercise/without-matrix-units.js';
import type { Capabilities, Gpu } from '../../src/kernels/gpu.js';

/** A device that passes for one with matrix units of 16x16x16 halves, in every kernel it runs. */
export function emulatingMatrixUnits(gpu: Gpu): Gpu {
  const unit = { componentType: 'f16', resultComponentType: 'f32', M: 16, N: 16, K: 16 };
  const capabilities: Capabilities = {
    ...gpu.capabilities,
    features: new Set([...gpu.capabilities.features, 'shader-f16', 'chromium-experimental-subgroup-matrix']),
    matrixUnits: [unit],
    subgroupSize: 32,
  };
  return { ...gpu, capabilities, cache: new Map(), shaderText: (path) => withoutMatrixUnits(gpu.shaderText(path)) };
}
