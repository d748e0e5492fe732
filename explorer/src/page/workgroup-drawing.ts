// The invocations of a workgroup as a grid: the one that is followed, and those that access the same memory as it does now.
import type { Triple } from '../../../src/study/wgsl/index.js';
import { drawn, element } from './elements.js';

export interface WorkgroupDrawing {
  readonly element: HTMLElement;
  /** @param sharing numbers of the others @param filling the one that put it there, where it came through workgroup memory */
  show(sharing: readonly number[], filling: number | undefined): void;
}

const CELL = 15;
/** A row of more invocations than this is broken. */
const ACROSS = 32;

export function drawWorkgroup([x, y, z]: Triple, followed: number): WorkgroupDrawing {
  const count = x * y * z;
  const across = Math.min(x, ACROSS);
  const rows = Math.ceil(count / across);
  const cells = Array.from({ length: count }, (_, i) =>
    drawn(
      'rect',
      { x: (i % across) * CELL, y: Math.floor(i / across) * CELL, width: CELL - 2, height: CELL - 2, rx: 2 },
      drawn('title', {}, `invocation ${i}`),
    ),
  );
  const [width, height] = [across * CELL, rows * CELL];
  const caption = element('figcaption');
  const picture = drawn(
    'svg',
    {
      viewBox: `-1 -1 ${width + 1} ${height + 1}`,
      width,
      height,
      role: 'img',
      'aria-label': 'Invocations of the workgroup',
    },
    cells,
  );
  return {
    element: element('figure', { class: 'workgroup' }, picture, caption),
    show(sharing, filling) {
      const others = new Set(sharing);
      cells.forEach((cell, i) => {
        cell.setAttribute(
          'class',
          i === followed ? 'now' : i === filling ? 'behind' : others.has(i) ? 'touched' : 'idle',
        );
      });
      caption.replaceChildren(
        element('b', {}, 'Workgroup'),
        ` of ${count} invocations: `,
        sharing.length === 0 ? 'nobody else does' : `${sharing.length} other${sharing.length === 1 ? '' : 's'}`,
        sharing.length === 0 ? ' the same' : ` access${sharing.length === 1 ? 'es' : ''} the same`,
      );
    },
  };
}
