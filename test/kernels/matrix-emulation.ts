// Matrix units for devices without them: a shader's text with its matrices spread over plain variables of 32 invocations, so that
// everything else in it runs as it stands (what is fetched, where it is kept, the barriers, where the results go).
import type { Capabilities, Gpu } from '../../src/kernels/gpu.js';

const TYPES = /alias (Left|Right|Sums) = subgroup_matrix_\w+<(?:f16, 16, 16|f32, 16, 16)>;/g;

/**
 * An invocation makes row lane / 2 of a product, 8 columns of it from 8 (lane % 2): it keeps that row of the left matrix, those columns
 * of the right one, and 8 sums. `tiles` is the shader's workgroup memory; offsets and strides count elements of the matrix.
 */
const EMULATION = `
alias Left = array<f32, 16>;
alias Right = array<f32, 128>;
alias Sums = array<f32, 8>;
var<private> lane: u32;
var<private> once: u32;                            // 1, which no compiler can know: it does not unroll what follows
fn halfAt(at: u32) -> f32 {
  let pair = unpack2x16float(tiles[at / 8u][at / 2u % 4u]);
  return select(pair.x, pair.y, at % 2u == 1u);
}
fn loadLeft(offset: u32, stride: u32) -> Left {
  var matrix: Left;
  for (var k = 0u; k < 16u * once; k++) { matrix[k] = halfAt(offset + lane / 2u * stride + k); }
  return matrix;
}
fn loadRight(offset: u32, stride: u32) -> Right {
  var matrix: Right;
  for (var i = 0u; i < 128u * once; i++) { matrix[i] = halfAt(offset + i / 8u * stride + lane % 2u * 8u + i % 8u); }
  return matrix;
}
fn multiplyAccumulate(left: Left, right: Right, sums: Sums) -> Sums {
  var a = left;
  var b = right;
  var matrix = sums;
  for (var i = 0u; i < 128u * once; i++) { matrix[i % 8u] = fma(a[i / 8u], b[i], matrix[i % 8u]); }
  return matrix;
}
fn storeSums(offset: u32, sums: Sums, stride: u32) {
  var matrix = sums;
  for (var i = 0u; i < 8u * once; i++) {
    let at = offset + lane / 2u * stride + lane % 2u * 8u + i;
    tiles[at / 4u][at % 4u] = bitcast<u32>(matrix[i]);
  }
}
`;

/** The same kernel without matrix units; a text that has none is handed back as it is. */
export function withoutMatrixUnits(text: string): string {
  if (!text.includes('enable chromium_experimental_subgroup_matrix;')) return text;
  const emulated = text
    .replaceAll(/^enable \w+;$/gm, '')
    .replaceAll(TYPES, '')
    .replaceAll(/subgroupMatrixLoad<(Left|Right), row_major>\(&tiles, /g, 'load$1(')
    .replaceAll('subgroupMatrixStore<row_major>(&tiles, ', 'storeSums(')
    .replaceAll('subgroupMatrixMultiplyAccumulate(', 'multiplyAccumulate(')
    .replace(
      / *@builtin\(subgroup_id\) subgroup: u32,\n\) \{/,
      ') {\n  once = min(arrayLength(&x), 1u); lane = index % 32u; let subgroup = index / 32u;',
    );
  if (/subgroup_?[mM]atrix|subgroup_id/.test(emulated.replaceAll(/\/\/.*/g, ''))) {
    throw new Error('The emulation of matrix units does not know all that the shader uses.');
  }
  return emulated + EMULATION;
}

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
