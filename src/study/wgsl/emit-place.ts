// Places as JavaScript: variables of an invocation, or bytes of a memory.

import { type Emitter, field, helper, loader, local, memoryName, privateName, storer, zero } from './emit-context.js';
import { value } from './emit-expression.js';
import type { Expression, Reference, Step } from './program.js';
import { offsetOf, scalarBytes, sizeOf, strideOf, type Type, vector } from './types.js';

/** A place in memory: the JavaScript of the memory, and of the byte. */
interface Address {
  readonly memory: string;
  readonly byte: string;
}

const inMemory = ({ space }: Reference): boolean => space === 'storage' || space === 'workgroup' || space === 'uniform';

/** @throws never for places that `inMemory` says are */
export function addressOf(emitter: Emitter, place: Reference): Address {
  const { root, steps } = place;
  const base: Address =
    'id' in root
      ? { memory: memoryName(root), byte: '0' }
      : { memory: `${value(emitter, root)}.memory`, byte: `${value(emitter, root)}.byte` };
  let type: Type = 'id' in root ? root.type : root.type.kind === 'pointer' ? root.type.of : root.type;
  let [fixed, byte] = [0, base.byte === '0' ? '' : base.byte];
  for (const step of steps) {
    const stride = strideIn(type, step);
    if (step.kind === 'member' && type.kind === 'struct') fixed += offsetOf(type, step.name);
    else if (step.kind === 'component') fixed += stride * step.component;
    else if (step.kind === 'index' && step.index.kind === 'number') fixed += stride * Number(step.index.value);
    else if (step.kind === 'index') byte += `${byte && ' + '}${value(emitter, step.index)} * ${stride}`;
    type = step.type;
  }
  const sum = [byte, fixed > 0 || !byte ? String(fixed) : ''].filter(Boolean).join(' + ');
  return { memory: base.memory, byte: sum };
}

function strideIn(type: Type, step: Step): number {
  if (type.kind === 'array') return strideOf(type.of);
  if (type.kind === 'vector') return scalarBytes(type.of);
  return type.kind === 'matrix' && step.kind === 'index' ? strideOf(vector(type.rows, type.of)) : 0;
}

/** The JavaScript variable, or part of one, that a place not in memory is; vectors in it are replaced whole. */
function variableOf(emitter: Emitter, { root, steps }: Reference): { path: string; vectorStep: Step | undefined } {
  let path =
    'id' in root ? (root.space === 'private' ? privateName(root) : local(root)) : `${value(emitter, root)}.value`;
  let type: Type = 'id' in root ? root.type : root.type.kind === 'pointer' ? root.type.of : root.type;
  for (const step of steps) {
    if (type.kind === 'vector' || type.kind === 'matrix') return { path, vectorStep: step };
    path += step.kind === 'member' ? `.${field(step.name)}` : `[${indexText(emitter, step)}]`;
    type = step.type;
  }
  return { path, vectorStep: undefined };
}

function indexText(emitter: Emitter, step: Step): string {
  if (step.kind === 'component') return String(step.component);
  if (step.kind !== 'index') return '';
  const index = value(emitter, step.index);
  return step.index.kind === 'number' || step.count === undefined ? index : `R.within(${index}, ${step.count})`;
}

export function loadPlace(emitter: Emitter, place: Reference): string {
  if (inMemory(place)) {
    const { memory, byte } = addressOf(emitter, place);
    return loadBytes(emitter, memory, byte, place.type, place.line);
  }
  const { path, vectorStep } = variableOf(emitter, place);
  if (!vectorStep) return path;
  // A matrix's column may be followed by a component of it.
  const at = place.steps.indexOf(vectorStep);
  return (
    path +
    place.steps
      .slice(at)
      .map((step) => `[${indexText(emitter, step)}]`)
      .join('')
  );
}

function loadBytes(emitter: Emitter, memory: string, byte: string, type: Type, line: number): string {
  switch (type.kind) {
    case 'scalar':
    case 'atomic':
      return `${loader(emitter, type.of, undefined)}(${memory}, ${byte}, ${line})`;
    case 'vector':
      return `${loader(emitter, type.of, type.size)}(${memory}, ${byte}, ${line})`;
    case 'matrix':
    case 'array': {
      const of = type.kind === 'matrix' ? vector(type.rows, type.of) : type.of;
      const length = type.kind === 'matrix' ? type.columns : type.count;
      const part = loadBytes(emitter, 'm', `o + i * ${strideOf(of)}`, of, line);
      return `((m, o) => Array.from({ length: ${length} }, (_, i) => ${part}))(${memory}, ${byte})`;
    }
    case 'struct': {
      const members = type.members.map(
        (member) =>
          `${field(member.name)}: ${loadBytes(emitter, 'm', `o + ${offsetOf(type, member.name)}`, member.type, line)}`,
      );
      return `((m, o) => ({ ${members.join(', ')} }))(${memory}, ${byte})`;
    }
    default:
      return zero(type);
  }
}

/** A statement that stores; `stored` undefined: where the value does not matter, and only the access is recorded. */
export function storePlace(emitter: Emitter, place: Reference, stored: string | undefined, line: number): string {
  if (inMemory(place)) {
    const { memory, byte } = addressOf(emitter, place);
    if (stored === undefined) return `T.write(${memory}, ${byte}, ${sizeOf(place.type)}, ${line});`;
    return storeBytes(emitter, memory, byte, place.type, stored, line);
  }
  const { path, vectorStep } = variableOf(emitter, place);
  if (!vectorStep) return `${path} = ${stored};`;
  const [first, second] = place.steps.slice(place.steps.indexOf(vectorStep)).map((step) => indexText(emitter, step));
  if (second === undefined) return `${path} = R.replaced(${path}, ${first}, ${stored});`;
  return `${path} = R.replaced(${path}, ${first}, R.replaced(${path}[${first}], ${second}, ${stored}));`;
}

function storeBytes(emitter: Emitter, memory: string, byte: string, type: Type, stored: string, line: number): string {
  switch (type.kind) {
    case 'scalar':
    case 'atomic':
      return `${storer(emitter, type.of, undefined)}(${memory}, ${byte}, ${stored}, ${line});`;
    case 'vector':
      return `${storer(emitter, type.of, type.size)}(${memory}, ${byte}, ${stored}, ${line});`;
    case 'matrix':
    case 'array': {
      const of = type.kind === 'matrix' ? vector(type.rows, type.of) : type.of;
      const part = storeBytes(emitter, 'm', `o + i * ${strideOf(of)}`, of, 'part', line);
      return `((m, o, all) => all.forEach((part, i) => { ${part} }))(${memory}, ${byte}, ${stored});`;
    }
    case 'struct': {
      const parts = type.members.map((member) =>
        storeBytes(emitter, 'm', `o + ${offsetOf(type, member.name)}`, member.type, `all.${field(member.name)}`, line),
      );
      return `((m, o, all) => { ${parts.join(' ')} })(${memory}, ${byte}, ${stored});`;
    }
    default:
      return '';
  }
}

/** A pointer: to bytes of a memory, to a variable of the invocation, or one that was handed in. */
export function pointerTo(emitter: Emitter, place: Reference): string {
  if (inMemory(place)) {
    const { memory, byte } = addressOf(emitter, place);
    return `{ memory: ${memory}, byte: ${byte} }`;
  }
  const read = loadPlace(emitter, place);
  const write = storePlace(emitter, place, 'given', 0);
  return `{ get value() { return ${read}; }, set value(given) { ${write} } }`;
}

/** A read and a write at once; atomics record as one write, after a read where they use what was there. */
export function atomic(emitter: Emitter, { operation, at, operands }: Extract<Expression, { kind: 'atomic' }>): string {
  const { memory, byte } = addressOf(emitter, at);
  const of = at.type.kind === 'atomic' ? at.type.of : 'u32';
  if (operation === 'atomicLoad') return `${loader(emitter, of, undefined)}(${memory}, ${byte}, ${at.line})`;
  const operand = value(emitter, operands[0]!);
  const next: Readonly<Record<string, string>> = {
    ...{ Store: 'b', Exchange: 'b', Add: 'a + b', Sub: 'a - b', Max: 'Math.max(a, b)', Min: 'Math.min(a, b)' },
    ...{ And: 'a & b', Or: 'a | b', Xor: 'a ^ b' },
  };
  const name = helper(emitter, `${operation}_${of}`, () => {
    const note = emitter.slice.recording.values ? 'T.note(i.view[i.at]); ' : '';
    const read = operation === 'atomicStore' ? '' : 'T.read(m, o, 4, l); ';
    return `(m, o, b, l) => { ${read}if (!T.write(m, o, 4, l)) return 0; const i = { view: m.${of}, at: o / 4 }; const a = i.view[i.at]; i.view[i.at] = ${next[operation.slice(6)]}; ${note}return a; }`;
  });
  return `${name}(${memory}, ${byte}, ${operand}, ${at.line})`;
}
