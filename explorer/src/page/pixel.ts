// Who makes one output: the pass, workgroup and invocation that write the chosen element, found by interpreting the WGSL that runs.
import { createMapping, type Mapping } from '../../../src/study/mapping.js';
import { checkProgram } from '../../../src/study/wgsl/index.js';
import { shaderText } from '../engine/shaders.js';
import { outputOf } from '../engine/trial.js';
import { byId, element, reasonOf } from './elements.js';
import { showInvocation } from './invocation.js';
import type { ChosenKernel } from './kernels.js';
import type { Selected } from './selection.js';

export interface PixelSection {
  /** Another kernel or variant is shown. */
  use(chosen: ChosenKernel | undefined): void;
}

/** An element whose writer is shown. */
interface Asked {
  readonly tensor: string;
  readonly element: number;
}

/**
 * @param subgroupSize of the device
 * @param sizeOf columns and channels of a layer's output
 */
export function showPixel(
  selected: Selected,
  subgroupSize: number,
  sizeOf: (layer: number) => readonly number[],
): PixelSection {
  let chosen: ChosenKernel | undefined;
  let mapping: Mapping | undefined;
  let trail: Asked[] = [];

  const number = element('input', { type: 'number', min: 0, id: 'element', onchange: () => ask(number.valueAsNumber) });
  const label = element('label', { for: 'element' });
  const variant = element('select', { id: 'followed', onchange: () => chosen?.choose(variant.value) });
  const said = element('p', { role: 'status', class: 'writer' });
  const path = element('div', { class: 'switch trail' });
  const body = element('div');
  byId('pixel').append(
    element(
      'p',
      { class: 'muted' },
      'Choose a pixel in the map above, or an element here. ◀ and ▶ step through what its invocation reads and writes.',
    ),
    element(
      'div',
      { class: 'switch fields' },
      element('span', { class: 'labelled' }, label, number),
      element('label', { for: 'followed', class: 'labelled' }, 'Variant ', variant),
    ),
    path,
    said,
    body,
  );

  /** The element of y that the chosen pixel is; of another output the first. */
  function elementChosen(): number {
    const { layer, channel, row, column } = selected.now;
    const [, width = 1, channels = 1] = sizeOf(layer);
    const isForward = chosen?.tried.direction === 'forward';
    if (!isForward) return 0;
    return sizeOf(layer).length === 1 ? channel : (Math.max(0, row) * width + Math.max(0, column)) * channels + channel;
  }

  function ask(index: number): void {
    if (!chosen) return;
    const tensor = outputOf(chosen.tried.kernel);
    const count = chosen.tried.kernel.elements(chosen.tried.dims)[tensor]!;
    trail = [{ tensor, element: Math.min(count - 1, Math.max(0, Math.floor(index) || 0)) }];
    show();
  }

  function show(): void {
    const asked = trail.at(-1);
    if (!chosen || !asked) return;
    number.value = String(trail[0]!.element);
    label.textContent = `Element of ${trail[0]!.tensor} `;
    path.hidden = trail.length < 2;
    path.replaceChildren(
      ...trail.map(({ tensor, element: index }, i) =>
        element(
          'button',
          { type: 'button', 'aria-pressed': String(i === trail.length - 1), onclick: () => goBack(i) },
          `${tensor}[${index}]`,
        ),
      ),
    );
    try {
      const { kernel, dims } = chosen.tried;
      mapping ??= createMapping(shaderText, kernel, chosen.variant, dims, subgroupSize);
      const own = mapping;
      const writer = own.writerOf(asked.tensor, asked.element);
      if (!writer) {
        said.textContent = `Nothing writes ${asked.tensor}[${asked.element}].`;
        body.replaceChildren();
        return;
      }
      const followed = own.follow(writer);
      const pass = own.run.passes[writer.pass]!;
      const coordinates = own.coordinates(asked.tensor, asked.element)?.join(', ') ?? asked.element;
      const passText = own.run.passes.length > 1 ? `pass ${writer.pass + 1} of ${own.run.passes.length}, ` : '';
      said.replaceChildren(
        element('b', {}, `${asked.tensor}[${coordinates}]`),
        ` is written by invocation `,
        element('b', { class: 'local' }, `(${followed.local.join(', ')})`),
        ` of workgroup `,
        element('b', { class: 'group' }, `(${writer.workgroup.join(', ')})`),
        `, global id (${followed.global.join(', ')}); ${passText}${pass.shader}, a grid of ${pass.grid.join(' × ')} workgroups.`,
      );
      body.replaceChildren(
        showInvocation(own, followed, checkProgram(pass.text, pass.shader).workgroup, (tensor, index) => {
          trail = [...trail, { tensor, element: index }];
          show();
        }),
      );
    } catch (error) {
      said.textContent = reasonOf(error);
      body.replaceChildren();
    }
  }

  function goBack(i: number): void {
    trail = trail.slice(0, i + 1);
    show();
  }

  selected.watch((now, before) => {
    if (now.layer === before.layer && chosen?.tried.direction === 'forward') ask(elementChosen());
  });
  return {
    use(next) {
      chosen = next;
      mapping = undefined;
      variant.replaceChildren(
        ...(next?.variants ?? []).map((name) =>
          element('option', { value: name, selected: name === next!.variant }, name),
        ),
      );
      byId('pixel').hidden = next === undefined;
      ask(elementChosen());
    },
  };
}
