// Sheets, which are storage textures that kernels fill row by row, read as what they stand for: arrays of vec4f. So an access of a texel is one
// of an element, as it would be in a buffer.
import { SHEET_ROW } from '../../kernels/sheets.js';
import type { CallNode, ExpressionNode, NameNode, StatementNode, VariableNode } from './syntax.js';

/** A variable as declared; a sheet as an array in storage. */
export function arrayOfSheet(variable: VariableNode): VariableNode {
  const { type, line } = variable;
  if (type?.name !== 'texture_storage_2d') return variable;
  const access = type.template.at(-1);
  const space = ['storage', access?.kind === 'name' && access.name === 'read' ? 'read' : 'read_write'];
  return { ...variable, space, type: named(line, 'array', named(line, 'vec4f')) };
}

/** A call as an expression: `textureLoad(sheet, texel)` is an element of the array. */
export function elementOfSheet(call: CallNode): ExpressionNode {
  const [sheet, texel] = call.parameters;
  if (call.callee.name !== 'textureLoad' || !sheet || !texel) return call;
  return { kind: 'index', line: call.line, of: sheet, index: placeOf(texel) };
}

/** A call as a statement: `textureStore(sheet, texel, value)` assigns an element of the array. */
export function assignedToSheet(call: CallNode): StatementNode {
  const [sheet, texel, value] = call.parameters;
  const { line } = call;
  if (call.callee.name !== 'textureStore' || !sheet || !texel || !value) return { kind: 'call', line, call };
  return { kind: 'assign', line, sign: '=', value, target: { kind: 'index', line, of: sheet, index: placeOf(texel) } };
}

/** Texels before this one: column + row * texels of a row. */
function placeOf(texel: ExpressionNode): ExpressionNode {
  const { line } = texel;
  const steps = [1, SHEET_ROW].map(
    (value): ExpressionNode => ({ kind: 'number', line, value, suffix: 'u', float: false }),
  );
  const vector: CallNode = { kind: 'call', line, callee: named(line, 'vec2u'), parameters: steps };
  return { kind: 'call', line, callee: named(line, 'dot'), parameters: [texel, vector] };
}

function named(line: number, name: string, ...template: NameNode[]): NameNode {
  return { kind: 'name', line, name, template };
}
