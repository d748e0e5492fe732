// A checked program, or a slice of it, as JavaScript: a function an entry point, generators where invocations wait for each other.

import { isRecorded } from './accesses.js';
import { type Emitter, functionName, local, memoryName, zero } from './emit-context.js';
import { actions, owned, value } from './emit-expression.js';
import { storePlace } from './emit-place.js';
import type { Program, Routine, Statement } from './program.js';
import type { Slice } from './slice.js';

/** @returns the body of a function of R (runtime), M (memories by name) and T (trace) that gives main and whether main waits */
export function emit(program: Program, slice: Slice): string {
  const emitter: Emitter = { slice, helpers: new Map(), waiting: new Set() };
  const constants = program.constants
    .filter(({ symbol }) => slice.needs(symbol))
    .map(({ symbol, value: given }) => `const ${local(symbol)} = ${value(emitter, given)};`);
  const functions = program.functions.map((called) => functionText(emitter, called));
  const memories = program.variables
    .filter(({ symbol }) => symbol.memory)
    .map(({ symbol }) => `const ${memoryName(symbol)} = M[${JSON.stringify(symbol.name)}];`);
  const privates = program.variables
    .filter(({ symbol }) => !symbol.memory)
    .map(
      ({ symbol, value: given }) =>
        `p${symbol.id}_${symbol.name}: ${given ? owned(emitter, given) : zero(symbol.type)}`,
    );
  const helpers = [...emitter.helpers].map(([name, definition]) => `const ${name} = ${definition};`);
  const own = privates.length > 0 ? `() => ({ ${privates.join(', ')} })` : 'undefined';
  return [
    '"use strict";',
    ...memories,
    ...helpers,
    ...constants,
    ...functions,
    `return { main: ${functionName(program.entry)}, waits: ${emitter.waiting.has(program.entry)}, own: ${own} };`,
  ].join('\n');
}

function functionText(emitter: Emitter, called: Routine): string {
  const parameters = called.parameters.map((symbol, i) => {
    const builtin = called.builtins[i];
    return builtin ? `{ ${builtin}: ${local(symbol)} }` : local(symbol);
  });
  // An entry point gets all of its built-in values in one object.
  const list = called.builtins.some(Boolean)
    ? `{ ${parameters.map((text) => text.slice(2, -2)).join(', ')} }`
    : parameters.join(', ');
  const body = statementText(emitter, called.body, { called, depth: 0, leave: 'break;', next: 'continue;' });
  const waits = body.includes('yield');
  if (waits) emitter.waiting.add(called);
  return `function${waits ? '*' : ''} ${functionName(called)}(${list}) ${body}`;
}

/** The function round a statement, and what its jumps are in JavaScript. */
interface Inside {
  readonly called: Routine;
  readonly depth: number;
  readonly leave: string;
  readonly next: string;
}

function statementText(emitter: Emitter, statement: Statement, inside: Inside): string {
  const { slice } = emitter;
  const { recording } = slice;
  if (statement.kind === 'block') {
    const body = statement.body.map((own) => statementText(emitter, own, inside)).filter(Boolean);
    return `{\n${body.join('\n')}\n}`;
  }
  const line = recording.lines ? `T.line(${statement.line}); ` : '';
  if (statement.kind === 'barrier') return slice.barriers ? `${line}yield { barrier: ${statement.line} };` : line;
  if (!slice.keeps(statement)) return line;
  return line + keptText(emitter, statement, inside);
}

function keptText(emitter: Emitter, statement: Statement, inside: Inside): string {
  const { slice } = emitter;
  switch (statement.kind) {
    case 'declare': {
      const { symbol, value: given } = statement;
      if (slice.needs(symbol)) return `let ${local(symbol)} = ${given ? owned(emitter, given) : zero(symbol.type)};`;
      return asStatements(given ? actions(emitter, given) : []);
    }
    case 'assign':
      return assignText(emitter, statement);
    case 'evaluate':
      if (slice.writesNeeded(statement.value)) return `${value(emitter, statement.value)};`;
      if (statement.value.kind === 'call' && statement.value.operands.some(({ type }) => type.kind === 'pointer')) {
        return `${value(emitter, statement.value)};`;
      }
      return asStatements(actions(emitter, statement.value));
    case 'if': {
      const otherwise = statement.otherwise ? ` else { ${statementText(emitter, statement.otherwise, inside)} }` : '';
      const then = statementText(emitter, statement.then, inside);
      return `if (${value(emitter, statement.condition)}) ${then}${otherwise}`;
    }
    case 'loop':
      return loopText(emitter, statement, inside);
    case 'switch': {
      const cases = statement.cases.map(({ selectors, isDefault, body }) => {
        const labels = [...selectors.map((selector) => `case ${selector}:`), ...(isDefault ? ['default:'] : [])];
        return `${labels.join(' ')} ${statementText(emitter, body, { ...inside, leave: 'break;' })} break;`;
      });
      return `switch (${value(emitter, statement.value)}) {\n${cases.join('\n')}\n}`;
    }
    case 'return':
      if (!statement.value) return 'return;';
      if (slice.needsResult(inside.called)) return `return ${owned(emitter, statement.value)};`;
      return `${asStatements(actions(emitter, statement.value))} return;`;
    case 'break':
      return inside.leave;
    case 'continue':
      return inside.next;
    default:
      return '';
  }
}

const asStatements = (made: readonly string[]): string => made.map((action) => `${action};`).join(' ');

function assignText(emitter: Emitter, { target, value: given, line }: Extract<Statement, { kind: 'assign' }>): string {
  const { slice } = emitter;
  const own = 'id' in target.root ? slice.needs(target.root) : true;
  if (own) return storePlace(emitter, target, owned(emitter, given), line);
  const made = asStatements(actions(emitter, given));
  if (isRecorded(slice.recording, target, true)) return `${made} ${storePlace(emitter, target, undefined, line)}`;
  const indices = target.steps.flatMap((step) => (step.kind === 'index' ? actions(emitter, step.index) : []));
  return `${asStatements(indices)} ${made}`;
}

/** The body is a labelled block of its own, which `continue` leaves: what is updated comes after it. */
function loopText(emitter: Emitter, loop: Extract<Statement, { kind: 'loop' }>, inside: Inside): string {
  const { before, condition, update, breakIf, body } = loop;
  const label = `loop${inside.depth}`;
  const own = { ...inside, depth: inside.depth + 1, leave: `break ${label};`, next: `break ${label}_body;` };
  const start = before ? statementText(emitter, before, inside) : '';
  const test = condition ? value(emitter, condition) : 'true';
  const step = update ? statementText(emitter, update, own) : '';
  const end = breakIf ? `if (${value(emitter, breakIf)}) break;` : '';
  return `{ ${start}\n${label}: while (${test}) { ${label}_body: ${statementText(emitter, body, own)}\n${step} ${end} } }`;
}
