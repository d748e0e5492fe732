// One invocation, followed: its ids, its reads and writes one by one, what they touch, who shares them, and the lines that ran.
import type { Followed, FollowedAccess, Mapping } from '../../../src/study/mapping.js';
import { createCodeView } from './code-view.js';
import { element } from './elements.js';
import { drawTensor, type Stretch } from './tensor-drawing.js';
import { drawWorkgroup } from './workgroup-drawing.js';

/** @param followBack told of an element of a scratch buffer whose writer is asked for */
export function showInvocation(
  mapping: Mapping,
  followed: Followed,
  workgroup: readonly [number, number, number],
  followBack: (tensor: string, element: number) => void,
): HTMLElement {
  const { accesses, writer } = followed;
  const pass = mapping.run.passes[writer.pass]!;
  const tensors = [...new Set(accesses.flatMap(({ tensor }) => tensor ?? []))];
  const drawings = tensors.flatMap((name) => {
    const layout = mapping.layoutOf(name);
    if (!layout) return [];
    const touched = accesses.filter(({ tensor, inside }) => tensor === name && inside);
    const coordinates = (index: number) => mapping.coordinates(name, index);
    return [{ name, drawing: drawTensor({ name, layout, coordinates, touched }) }];
  });
  const neighbours = drawWorkgroup(workgroup, writer.invocation);
  const code = createCodeView('WGSL of the pass, with the lines that this invocation runs');
  code.setText(pass.text);
  const ran = new Set(followed.lines.map(({ line }) => line));
  const slider = element('input', {
    type: 'range',
    min: 0,
    max: Math.max(0, accesses.length - 1),
    value: 0,
    'aria-label': 'Access',
    oninput: () => show(slider.valueAsNumber),
  });
  const said = element('p', { class: 'access number', role: 'status' });
  const back = element('button', { type: 'button', class: 'back' });
  const step = (by: number) => () => show(Math.min(accesses.length - 1, Math.max(0, slider.valueAsNumber + by)));
  let asked: (() => void) | undefined;
  back.addEventListener('click', () => asked?.());

  function show(i: number): void {
    const access = accesses[i];
    slider.valueAsNumber = i;
    if (!access) {
      said.textContent = 'It touches no memory.';
      back.hidden = true;
      code.light(ran, undefined);
      return;
    }
    const filled = followed.filledBy(access);
    said.textContent = `${i + 1} of ${accesses.length}: ${sentence(mapping, access)}${filled ? ` Invocation ${filled.invocation} put it there in line ${filled.line}.` : ''}`;
    neighbours.show(followed.sharers(access), filled?.invocation);
    for (const { name, drawing } of drawings) {
      drawing.show(stretches([access], name), stretches(filled?.sources ?? [], name));
    }
    code.light(ran, access.line);
    const { tensor } = access;
    const scratch = access.access === 'read' && tensor !== undefined && !(tensor in mapping.run.kernel.bindings);
    back.hidden = !scratch;
    if (scratch) {
      back.textContent = `Who wrote this element of ${tensor}?`;
      asked = () => followBack(tensor, access.index);
    }
  }

  const controls = element(
    'div',
    { class: 'controls', role: 'group', 'aria-label': 'Steps' },
    element('button', { type: 'button', onclick: step(Number.NEGATIVE_INFINITY), 'aria-label': 'First access' }, '|◀'),
    element('button', { type: 'button', class: 'previous', onclick: step(-1), 'aria-label': 'Previous access' }, '◀'),
    slider,
    element('button', { type: 'button', class: 'next', onclick: step(1), 'aria-label': 'Next access' }, '▶'),
    element('button', { type: 'button', onclick: step(Number.POSITIVE_INFINITY), 'aria-label': 'Last access' }, '▶|'),
  );
  controls.addEventListener('keydown', ({ key, target }) => {
    if (target === slider) return; // arrow keys move it by themselves
    if (key === 'ArrowLeft') step(-1)();
    if (key === 'ArrowRight') step(1)();
  });
  const shown = element(
    'div',
    { class: 'invocation' },
    controls,
    said,
    back,
    element(
      'div',
      { class: 'studied' },
      element(
        'div',
        { class: 'drawings' },
        neighbours.element,
        drawings.map(({ drawing }) => drawing.element),
      ),
      code.element,
    ),
  );
  show(0);
  return shown;
}

function stretches(accesses: readonly FollowedAccess[], name: string): Stretch[] {
  return accesses.filter(({ tensor, inside }) => tensor === name && inside);
}

/** What an access does, in words: reads x[0, 3, 4, 0..3], in line 31. */
function sentence(mapping: Mapping, { access, tensor, variable, index, count, inside, line }: FollowedAccess): string {
  const verb = access === 'read' ? 'reads' : 'writes';
  const first = tensor === undefined ? undefined : mapping.coordinates(tensor, index);
  const last = first?.at(-1);
  const end = count > 1 ? `–${(last ?? index) + count - 1}` : '';
  const place = first ? [...first.slice(0, -1), `${last}${end}`].join(', ') : `${index}${end}`;
  const where = tensor === undefined ? ' of workgroup memory' : '';
  const outside = inside ? '' : ', which lies outside and counts as 0';
  return `${verb} ${tensor ?? variable}[${place}]${where}${outside}, in line ${line}.`;
}
