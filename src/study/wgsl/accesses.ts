// Which parts of a program touch memory that is recorded.
import type { Expression, Reference, Statement } from './program.js';

/** What to record, and so what to keep. */
export interface Recording {
  /** Run everything: results are those of the shader. Otherwise only what decides the accesses runs, and stored values are meaningless. */
  readonly results: boolean;
  readonly reads: boolean;
  /** Names of the variables whose writes are recorded, or all. */
  readonly writes: 'all' | readonly string[];
  /** The lines that one invocation runs through, in order. */
  readonly lines: boolean;
  /** The value of each access; meaningful with `results`. */
  readonly values: boolean;
}

export function isRecorded(recording: Recording, place: Pick<Reference, 'space' | 'root'>, write: boolean): boolean {
  if (place.space !== 'storage' && place.space !== 'workgroup') return false;
  if (!write) return recording.reads;
  if (recording.writes === 'all') return true;
  return 'id' in place.root ? recording.writes.includes(place.root.name) : true;
}

/** The parts of an expression that are evaluated with it, those of the places it reads included. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'load':
      return partsOfPlace(expression.from);
    case 'pointer':
      return partsOfPlace(expression.to);
    case 'arrayLength':
      return partsOfPlace(expression.of);
    case 'atomic':
      return [...partsOfPlace(expression.at), ...expression.operands];
    case 'swizzle':
    case 'member':
      return [expression.of];
    case 'element':
      return [expression.of, expression.index];
    case 'and':
    case 'or':
      return [expression.left, expression.right];
    case 'construct':
      return expression.parts;
    case 'apply':
    case 'whole':
    case 'call':
    case 'exchange':
      return expression.operands;
    default:
      return [];
  }
}

/** Whether the lanes of a subgroup load or store a matrix. */
export function isMatrixAccess(expression: Expression): boolean {
  return expression.kind === 'exchange' && /^subgroupMatrix(Load|Store)/.test(expression.operation);
}

/** The place that an expression writes, if it does. */
export function writtenBy(expression: Expression): Reference | undefined {
  if (expression.kind === 'atomic') return expression.operation === 'atomicLoad' ? undefined : expression.at;
  if (expression.kind !== 'exchange' || !expression.operation.startsWith('subgroupMatrixStore')) return undefined;
  const [pointer] = expression.operands;
  return pointer?.kind === 'pointer' ? pointer.to : undefined;
}

/** Expressions within a place: indices, and the pointer that it begins with. */
export function partsOfPlace({ root, steps }: Reference): Expression[] {
  const indices = steps.flatMap((step) => (step.kind === 'index' ? [step.index] : []));
  return 'id' in root ? indices : [root, ...indices];
}

/** Whether running the statement makes an access that is recorded, or passes a line where lines are. */
export function actsWithin(
  statement: Statement,
  acts: (expression: Expression) => boolean,
  recording: Recording,
): boolean {
  const within = (inner: Statement | undefined) => inner !== undefined && actsWithin(inner, acts, recording);
  const does = (expression: Expression | undefined) => expression !== undefined && acts(expression);
  if (recording.lines) return true;
  switch (statement.kind) {
    case 'block':
      return statement.body.some(within);
    case 'assign':
      return (
        isRecorded(recording, statement.target, true) ||
        !('id' in statement.target.root) ||
        does(statement.value) ||
        partsOfPlace(statement.target).some(acts)
      );
    case 'declare':
    case 'evaluate':
    case 'return':
      return does(statement.value);
    case 'if':
      return does(statement.condition) || within(statement.then) || within(statement.otherwise);
    case 'switch':
      return does(statement.value) || statement.cases.some(({ body }) => within(body));
    case 'loop':
      return (
        [statement.before, statement.update, statement.body].some(within) ||
        does(statement.condition) ||
        does(statement.breakIf)
      );
    default:
      return false;
  }
}
