// Matrix units for devices without them: a shader's text with its matrices spread over plain variables of 32 invocations, so that
// everything else in it runs as it stands (what is fetched, where it is kept, the barriers, where the results go).
import { VggpuError } from '../../src/errors.js';

const TYPES = /alias (Left|Right|Sums) = subgroup_matrix_\w+<(?:f16, 16, 16|f32, 16, 16)>;/g;

/**
 * An invocation makes row lane / 2 of a product, 8 columns of it from 8 (lane % 2): it keeps that row of the left matrix, those columns
 * of the right one, and 8 sums.
 */
const EMULATION = `
alias Left = array<f32, 16>;
alias Right = array<f32, 128>;
alias Sums = array<f32, 8>;
var<private> lane: u32;
var<private> once: u32;                            // 1, which no compiler can know: it does not unroll what follows
fn halfIn(word: vec4u, i: u32) -> f32 {
  let pair = unpack2x16float(word[i / 2u]);
  return select(pair.x, pair.y, i % 2u == 1u);
}
fn multiplyAccumulate(left: Left, right: Right, sums: Sums) -> Sums {
  var a = left;
  var b = right;
  var matrix = sums;
  for (var i = 0u; i < 128u * once; i++) { matrix[i % 8u] = fma(a[i / 8u], b[i], matrix[i % 8u]); }
  return matrix;
}
`;

/** Loads of halves from words of 16 bytes, which offsets and strides count. */
const loads = (array: string) => `
fn loadLeft_${array}(offset: u32, stride: u32) -> Left {
  var matrix: Left;
  for (var k = 0u; k < 16u * once; k++) { matrix[k] = halfIn(${array}[offset + lane / 2u * stride + k / 8u], k % 8u); }
  return matrix;
}
fn loadRight_${array}(offset: u32, stride: u32) -> Right {
  var matrix: Right;
  for (var i = 0u; i < 128u * once; i++) { matrix[i] = halfIn(${array}[offset + i / 8u * stride + lane % 2u], i % 8u); }
  return matrix;
}
`;

/** Stores of floats: to words of 16 bytes, or one by one. */
const stores = (array: string, words: boolean) => `
fn storeSums_${array}(offset: u32, sums: Sums, stride: u32) {
  var matrix = sums;
  for (var i = 0u; i < 8u * once; i++) {
    let row = offset + lane / 2u * stride;
    let column = lane % 2u * 8u + i;
    ${words ? `${array}[row + column / 4u][column % 4u] = bitcast<u32>(matrix[i]);` : `${array}[row + column] = matrix[i];`}
  }
}
`;

/** The same kernel without matrix units, or the same file of several that make one; a text that has none is handed back as it is. */
export function withoutMatrixUnits(text: string): string {
  const enables = text.includes('enable chromium_experimental_subgroup_matrix;');
  if (!enables && !/subgroup_?[mM]atrix/.test(text)) return text;
  const arrays = (call: RegExp) => [...new Set(Array.from(text.matchAll(call), ([, array]) => array!))];
  const loaded = arrays(/subgroupMatrixLoad<\w+, row_major>\(&(\w+)/g).map(loads);
  const stored = arrays(/subgroupMatrixStore<row_major>\(&(\w+)/g).map((array) =>
    stores(array, new RegExp(`> ${array}: array<vec4u`).test(text)),
  );
  const emulated = text
    .replaceAll(/^enable \w+;$/gm, '')
    .replaceAll(TYPES, '')
    .replaceAll(/subgroupMatrixLoad<(Left|Right), row_major>\(&(\w+), /g, 'load$1_$2(')
    .replaceAll(/subgroupMatrixStore<row_major>\(&(\w+), /g, 'storeSums_$1(')
    .replaceAll('subgroupMatrixMultiplyAccumulate(', 'multiplyAccumulate(')
    .replace(
      / *@builtin\(subgroup_id\) subgroup: u32,\n\) \{/,
      ') {\n  once = min(arrayLength(&x), 1u); lane = index % 32u; let subgroup = index / 32u;',
    );
  if (/subgroup_?[mM]atrix|subgroup_id/.test(emulated.replaceAll(/\/\/.*/g, ''))) {
    throw new VggpuError(
      'kernel',
      'The emulation of matrix units does not know all that the shader uses. It has row_major loads of Left and Right, ' +
        'row_major stores and subgroupMatrixMultiplyAccumulate.',
    );
  }
  return [emulated, enables ? EMULATION : '', ...loaded, ...stored].join('');
}
