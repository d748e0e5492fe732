// Values of constant expressions: sizes of arrays and workgroups, cases of a switch.
import { conversion, OPERATIONS } from './operations.js';
import type { Expression } from './program.js';
import { RUNTIME } from './runtime.js';
import { type Module, refuse } from './scope.js';
import { scalarOf } from './types.js';

/** @throws VggpuError 'kernel' where the expression is no constant number */
export function constantValue(module: Module, line: number, value: Expression): number {
  const js = constantText(module, value);
  if (js === undefined) throw refuse(module, line, 'a constant is needed here.');
  return Number(new Function('R', `return ${js};`)(RUNTIME));
}

function constantText(module: Module, value: Expression): string | undefined {
  switch (value.kind) {
    case 'number':
      return `(${value.value})`;
    case 'symbol': {
      const known = module.find(value.symbol.name, 0);
      return known?.kind === 'constant' && known.symbol === value.symbol
        ? constantText(module, known.value)
        : undefined;
    }
    case 'apply': {
      const operands = value.operands.map((operand) => constantText(module, operand));
      if (operands.includes(undefined) || value.type.kind !== 'scalar') return undefined;
      if (value.operation.startsWith('to ')) {
        return conversion(scalarOf(value.operands[0]!.type)!, value.on, operands[0]!);
      }
      return OPERATIONS[value.operation]?.template(value.on, ...(operands as string[]));
    }
    default:
      return undefined;
  }
}
