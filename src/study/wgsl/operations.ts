// What WGSL's operators and built-in functions are in JavaScript, for one component. Integers wrap, floats are rounded after each operation.
import type { ScalarName } from './types.js';

/** The JavaScript of one component, from that of its operands. */
type Template = (on: ScalarName, ...operands: readonly string[]) => string;

interface Operation {
  readonly parameters: number;
  /** The scalar type of the result; the operands' where undefined. */
  readonly result?: ScalarName;
  readonly template: Template;
}

/** Brings a JavaScript number into a scalar type. */
export function rounded(on: ScalarName, js: string): string {
  switch (on) {
    case 'f32':
      return `Math.fround(${js})`;
    case 'f16':
      return `R.half(${js})`;
    case 'i32':
      return `((${js}) | 0)`;
    case 'u32':
      return `((${js}) >>> 0)`;
    case 'abstractInt':
      return `Math.trunc(${js})`;
    default:
      return `(${js})`;
  }
}

const arithmetic =
  (sign: string): Template =>
  (on, a, b) =>
    rounded(on, `${a} ${sign} ${b}`);
const comparison = (sign: string): Operation => ({
  parameters: 2,
  result: 'bool',
  template: (_, a, b) => `(${a} ${sign} ${b})`,
});
const called = (name: string, parameters = 1): Operation => ({
  parameters,
  template: (on, ...operands) => rounded(on, `${name}(${operands.join(', ')})`),
});
const formula = (parameters: number, js: (...operands: readonly string[]) => string): Operation => ({
  parameters,
  template: (on, ...operands) => rounded(on, js(...operands)),
});
const bitwise = (sign: string): Operation => ({
  parameters: 2,
  template: (on, a, b) => (on === 'bool' ? `((${a} ${sign} ${b}) !== 0)` : rounded(on, `${a} ${sign} ${b}`)),
});

const isInteger = (on: ScalarName) => on === 'i32' || on === 'u32';

/** By operator, or by the name of the function. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  '+': { parameters: 2, template: arithmetic('+') },
  '-': { parameters: 2, template: arithmetic('-') },
  '*': {
    parameters: 2,
    template: (on, a, b) => (isInteger(on) ? rounded(on, `Math.imul(${a}, ${b})`) : rounded(on, `${a} * ${b}`)),
  },
  // A division by zero gives the dividend, a remainder of one 0.
  '/': {
    parameters: 2,
    template: (on, a, b) => (isInteger(on) ? rounded(on, `R.divide(${a}, ${b})`) : arithmetic('/')(on, a!, b!)),
  },
  '%': {
    parameters: 2,
    template: (on, a, b) => (isInteger(on) ? rounded(on, `R.remainder(${a}, ${b})`) : arithmetic('%')(on, a!, b!)),
  },
  '<': comparison('<'),
  '<=': comparison('<='),
  '>': comparison('>'),
  '>=': comparison('>='),
  '==': comparison('==='),
  '!=': comparison('!=='),
  '&': bitwise('&'),
  '|': bitwise('|'),
  '^': bitwise('^'),
  '<<': { parameters: 2, template: (on, a, b) => rounded(on, `${a} << ${b}`) },
  '>>': { parameters: 2, template: (on, a, b) => (on === 'u32' ? `(${a} >>> ${b})` : `(${a} >> ${b})`) },
  negate: formula(1, (a) => `-${a}`),
  complement: formula(1, (a) => `~${a}`),
  not: { parameters: 1, result: 'bool', template: (_, a) => `!${a}` },
  // Both values are evaluated, whatever they read.
  select: { parameters: 3, template: (_, no, yes, which) => `R.select(${no}, ${yes}, ${which})` },

  abs: called('Math.abs'),
  ceil: called('Math.ceil'),
  clamp: formula(3, (value, low, high) => `Math.min(Math.max(${value}, ${low}), ${high})`),
  cos: called('Math.cos'),
  countOneBits: called('R.countOneBits'),
  exp: called('Math.exp'),
  exp2: formula(1, (a) => `2 ** ${a}`),
  floor: called('Math.floor'),
  fma: formula(3, (a, b, c) => `${a} * ${b} + ${c}`),
  fract: formula(1, (a) => `${a} - Math.floor(${a})`),
  inverseSqrt: formula(1, (a) => `1 / Math.sqrt(${a})`),
  log: called('Math.log'),
  log2: called('Math.log2'),
  max: called('Math.max', 2),
  min: called('Math.min', 2),
  mix: formula(3, (a, b, share) => `${a} + (${b} - ${a}) * ${share}`),
  pow: called('Math.pow', 2),
  round: called('R.roundToEven'),
  saturate: formula(1, (a) => `Math.min(Math.max(${a}, 0), 1)`),
  sign: called('Math.sign'),
  sin: called('Math.sin'),
  sqrt: called('Math.sqrt'),
  step: formula(2, (edge, a) => `${edge} <= ${a} ? 1 : 0`),
  tan: called('Math.tan'),
  tanh: called('Math.tanh'),
  trunc: called('Math.trunc'),
};

/** A conversion between scalar types, as a call of the type does it. */
export function conversion(from: ScalarName, to: ScalarName, js: string): string {
  if (from === to) return js;
  if (to === 'bool') return `(${js} !== 0)`;
  if (from === 'bool') return `Number(${js})`;
  const integer = to === 'i32' || to === 'u32';
  if (integer && (from === 'f32' || from === 'f16' || from === 'abstractFloat')) return `R.clampTo_${to}(${js})`;
  return rounded(to, js);
}

/** The same bits as another type of as many. */
export function bitcast(from: ScalarName, to: ScalarName, js: string): string {
  if (from === to) return js;
  const integers = { i32: rounded('i32', js), u32: rounded('u32', js) };
  if (isInteger(from) && isInteger(to)) return integers[to as 'i32' | 'u32'];
  return `R.bits_${from}_${to}(${js})`;
}
