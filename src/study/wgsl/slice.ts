// What of a program must run so that the accesses asked for come out right: everything else is left out. Where an access goes is decided by
// whole-number arithmetic and a few conditions; without the sums themselves a kernel is followed in a small part of the time.
//
// Source: M. Weiser, "Program slicing", 1981; here without regard to the order of statements, which keeps a little more than needed.
import {
  actsWithin,
  isMatrixAccess,
  isRecorded,
  partsOf,
  partsOfPlace,
  type Recording,
  writtenBy,
} from './accesses.js';
import type { Expression, Program, Reference, Routine, Statement, Variable } from './program.js';

export interface Slice {
  readonly recording: Recording;
  /** Whether the variable's value decides anything. */
  needs(symbol: Variable): boolean;
  needsResult(called: Routine): boolean;
  /** Whether evaluating it makes an access that is recorded. */
  acts(expression: Expression): boolean;
  /** Whether it writes a place whose value decides something. */
  writesNeeded(expression: Expression): boolean;
  actsOnCall(called: Routine): boolean;
  keeps(statement: Statement): boolean;
  readonly barriers: boolean;
  /** Whether nothing that one invocation hands another decides anything. */
  readonly independent: boolean;
}

export function createSlice(program: Program, recording: Recording): Slice {
  const needed = new Set<Variable>();
  let exchanged = false;
  const results = new Set<Routine>();
  const acting = new Set<Routine>();
  const kept = new Set<Statement>();
  const size = () => needed.size + results.size + acting.size + kept.size;

  const acts = (expression: Expression): boolean => {
    if (expression.kind === 'load' && isRecorded(recording, expression.from, false)) return true;
    if (expression.kind === 'atomic' && isRecorded(recording, expression.at, true)) return true;
    if (expression.kind === 'call' && acting.has(expression.callee)) return true;
    if (isMatrixAccess(expression) && (recording.reads || recording.writes === 'all')) return true;
    return partsOf(expression).some(acts);
  };
  /** Whether it writes what decides something. */
  const writesNeeded = (expression: Expression): boolean => {
    const place = writtenBy(expression);
    return place !== undefined && (!('id' in place.root) || needed.has(place.root));
  };

  /** Its value decides something. */
  function need(expression: Expression): void {
    if (expression.kind === 'symbol') needed.add(expression.symbol);
    if (expression.kind === 'load') needPlace(expression.from);
    if (expression.kind === 'pointer') needPlace(expression.to);
    if (expression.kind === 'atomic') needPlace(expression.at);
    if (expression.kind === 'exchange') exchanged = true;
    if (expression.kind === 'call') {
      results.add(expression.callee);
      needCall(expression.callee, expression.operands);
    } else partsOf(expression).forEach(need);
  }

  /** Of the operands of a matrix access, those that say where it goes. */
  function needPosition(operand: Expression): void {
    if (operand.kind === 'pointer') partsOf(operand).forEach(need);
    else if (operand.type.kind === 'subgroupMatrix') act(operand);
    else need(operand);
  }

  function needPlace({ root }: Reference): void {
    if ('id' in root) needed.add(root);
    else need(root);
  }

  function needCall(called: Routine, operands: readonly Expression[]): void {
    for (const [i, operand] of operands.entries()) {
      const parameter = called.parameters[i]!;
      if (parameter.type.kind === 'pointer' || needed.has(parameter)) need(operand);
      else act(operand);
    }
  }

  /** Only the accesses in it count. */
  function act(expression: Expression): void {
    if (!acts(expression)) return;
    switch (expression.kind) {
      case 'load':
      case 'atomic':
        partsOf(expression).forEach(need);
        return;
      case 'exchange':
        if (isMatrixAccess(expression)) expression.operands.forEach(needPosition);
        else expression.operands.forEach(act);
        return;
      case 'and':
      case 'or':
        if (acts(expression.right)) need(expression.left);
        act(expression.left);
        act(expression.right);
        return;
      case 'call':
        needCall(expression.callee, expression.operands);
        return;
      default:
        partsOf(expression).forEach(act);
    }
  }

  /** Marks what a statement needs. @returns whether it is kept */
  function visit(statement: Statement, jumps: boolean, inside: Routine): boolean {
    const keep = visitKind(statement, jumps, inside);
    if (keep) kept.add(statement);
    return keep;
  }

  function visitKind(statement: Statement, jumps: boolean, inside: Routine): boolean {
    switch (statement.kind) {
      case 'block':
        return statement.body.map((own) => visit(own, jumps, inside)).includes(true);
      case 'declare': {
        const { symbol, value } = statement;
        if (value) (needed.has(symbol) ? need : act)(value);
        return needed.has(symbol) || (value !== undefined && acts(value));
      }
      case 'assign': {
        const { target, value } = statement;
        const own = 'id' in target.root ? needed.has(target.root) : true;
        const write = isRecorded(recording, target, true);
        if (own || write) partsOfPlace(target).forEach(need);
        else partsOfPlace(target).forEach(act);
        (own ? need : act)(value);
        return own || write || acts(value) || partsOfPlace(target).some(acts);
      }
      case 'evaluate': {
        const { value } = statement;
        const own = writesNeeded(value);
        (own ? need : act)(value);
        if (value.kind === 'call' && value.operands.some(({ type }) => type.kind === 'pointer')) {
          needCall(value.callee, value.operands);
          return true;
        }
        return own || acts(value);
      }
      case 'barrier':
        return false;
      case 'if': {
        const { condition, then, otherwise } = statement;
        const keeps = [visit(then, jumps, inside), otherwise !== undefined && visit(otherwise, jumps, inside)];
        return keepControl(condition, keeps.includes(true));
      }
      case 'switch': {
        const keeps = statement.cases.map(({ body }) => visit(body, jumps, inside));
        return keepControl(statement.value, keeps.includes(true));
      }
      case 'loop':
        return visitLoop(statement, inside);
      case 'return':
        if (statement.value) (results.has(inside) ? need : act)(statement.value);
        return true;
      default:
        return jumps;
    }
  }

  function keepControl(condition: Expression, inner: boolean): boolean {
    const keep = inner || recording.lines;
    (keep ? need : act)(condition);
    return keep || acts(condition);
  }

  /** A `break` counts only where its loop does. */
  function visitLoop(loop: Extract<Statement, { kind: 'loop' }>, inside: Routine): boolean {
    const { before, condition, update, breakIf, body } = loop;
    const parts = [before, update, body].filter((part) => part !== undefined);
    const conditions = [condition, breakIf].filter((part) => part !== undefined);
    const keep = [
      recording.lines,
      ...conditions.map(acts),
      ...[update, body].map((part) => part !== undefined && visit(part, false, inside)),
    ].includes(true);
    if (before) visit(before, false, inside);
    if (!keep) return before !== undefined && kept.has(before);
    conditions.forEach(need);
    for (const part of parts) visit(part, true, inside);
    return true;
  }

  const isActing = ({ body }: Routine): boolean => actsWithin(body, acts, recording);
  const everything = recording.results;
  if (!everything) {
    for (let before = -1; before !== size(); ) {
      before = size();
      for (const called of program.functions) {
        if (isActing(called)) acting.add(called);
        visit(called.body, true, called);
      }
      for (const { symbol, value } of program.constants) if (needed.has(symbol)) need(value);
    }
  }
  const shared = program.variables.some(({ symbol }) => symbol.space === 'workgroup' && needed.has(symbol));
  return {
    recording,
    needs: (symbol) => everything || needed.has(symbol),
    needsResult: (called) => everything || results.has(called),
    acts: (expression) => everything || acts(expression),
    writesNeeded: (expression) => everything || writesNeeded(expression),
    actsOnCall: (called) => everything || acting.has(called),
    keeps: (statement) => everything || kept.has(statement),
    barriers: everything || shared || recording.reads,
    independent: !everything && !shared && !exchanged,
  };
}
