// The kernels of the chosen layer: which variants there are, how fast each is, and the WGSL of two of them side by side.
import { cost } from '../../../src/engine.js';
import { passesOf, variantNamed } from '../../../src/kernels/kernel.js';
import { programText } from '../../../src/kernels/program.js';
import type { Bench } from '../engine/bench.js';
import type { KernelCase } from '../engine/cases.js';
import { shaderText } from '../engine/shaders.js';
import { createCodeView } from './code-view.js';
import { type ComparedOutcome, createEditor } from './editor.js';
import { byId, element, reasonOf } from './elements.js';
import { short } from './numbers.js';
import type { Selected } from './selection.js';
import type { Trials } from './trials.js';
import { type VariantRow, variantsTable } from './variants-table.js';

/** The chosen kernel and variant. */
export interface ChosenKernel {
  readonly tried: KernelCase;
  readonly variant: string;
  /** Those that take the case, from naive to fast. */
  readonly variants: readonly string[];
  /** Shows another of them. */
  readonly choose: (variant: string) => void;
}

export interface KernelsSection {
  /** Shows the kernels of the chosen layer. */
  refresh(): Promise<void>;
}

/** @param onChoose told of the kernel and variant that are shown; undefined where the layer runs none */
export function showKernels(
  selected: Selected,
  bench: Bench,
  trials: Trials,
  onChoose: (chosen: ChosenKernel | undefined) => void,
): KernelsSection {
  const failures = new Map<string, string>();
  let cases: readonly KernelCase[] = [];
  let tried: KernelCase | undefined;
  let variant = '';
  let pass = 0;
  let beside = '';
  let measuring = false;

  const note = element('p', { class: 'muted', role: 'status' });
  const kinds = element('div', { class: 'switch', role: 'group', 'aria-label': 'Kernel' });
  const table = element('div', { class: 'scroll' });
  const measure = element(
    'button',
    { type: 'button', class: 'measure', onclick: () => void measureAll() },
    'Measure all variants',
  );
  const passes = element('div', { class: 'switch', role: 'group', 'aria-label': 'Pass' });
  const compared = element('select', { id: 'beside', onchange: () => chooseBeside(compared.value) });
  const second = createCodeView('WGSL of the variant beside it');
  const secondTitle = element('h3', { class: 'file' });
  const { edited, trial } = bench;
  const editor = createEditor(edited && trial ? (text) => runEdited(edited, trial, text) : undefined);
  const besidePane = element('div', { class: 'editor', hidden: true }, secondTitle, second.element);
  const content = element(
    'div',
    { class: 'kernels' },
    table,
    element(
      'div',
      { class: 'switch' },
      trial && measure,
      element('label', { for: 'beside', class: 'labelled' }, 'Beside it: ', compared),
    ),
    passes,
    element('div', { class: 'codes' }, editor.element, besidePane),
  );
  byId('kernels').append(kinds, note, content);

  async function refresh(): Promise<void> {
    const { layer } = selected.now;
    measure.disabled = true;
    kinds.replaceChildren();
    note.textContent = 'Running the layer forward and back…';
    content.hidden = true;
    try {
      const found = await bench.cases(layer);
      if (layer !== selected.now.layer) return;
      cases = found;
      measure.disabled = measuring;
      chooseCase(cases.find(({ kernel }) => kernel.name === tried?.kernel.name) ?? cases[0]);
    } catch (error) {
      note.textContent = reasonOf(error);
    }
  }

  function chooseCase(next: KernelCase | undefined): void {
    tried = next;
    content.hidden = next === undefined;
    kinds.replaceChildren(
      ...cases.map((own) =>
        element(
          'button',
          {
            type: 'button',
            'aria-pressed': String(own === next),
            'data-kernel': own.kernel.name,
            onclick: () => chooseCase(own),
          },
          own.kernel.name,
        ),
      ),
    );
    if (!next) {
      note.textContent =
        'This layer runs no kernel: it only reads the bytes before it in another shape, or does nothing while predicting.';
      onChoose(undefined);
      return;
    }
    const { flops, bytes } = cost(next.kernel, next.dims);
    const dims = next.kernel.dims.map((name) => `${name}=${next.dims[name]}`).join(' ');
    note.textContent = `${dims}: ${short(flops)} floating-point operations on ${short(bytes)} bytes, ${short(flops / bytes)} a byte`;
    beside = '';
    chooseVariant(next.variant);
  }

  function chooseVariant(name: string): void {
    variant = name;
    pass = 0;
    showTable();
    const variants = bench.variants(tried!);
    const names = variants.filter((other) => other !== variant);
    compared.replaceChildren(
      ...['', ...names].map((other) =>
        element('option', { value: other, selected: other === beside }, other || 'nothing'),
      ),
    );
    showCode();
    chooseBeside(names.includes(beside) ? beside : '');
    onChoose({ tried: tried!, variant, variants, choose: chooseVariant });
  }

  function showTable(): void {
    if (!tried) return;
    const own = tried;
    const rows = bench
      .variants(own)
      .map((name): VariantRow => ({ name, trial: trials.of(own, name), failed: failures.get(name) }));
    table.replaceChildren(variantsTable(own, rows, variant, chooseVariant));
  }

  function showCode(): void {
    const all = passesOf(variantNamed(tried!.kernel, variant));
    passes.hidden = all.length < 2;
    passes.replaceChildren(
      ...all.map(({ shader }, i) =>
        element(
          'button',
          { type: 'button', 'aria-pressed': String(i === pass), onclick: () => choosePass(i) },
          `${i + 1} ${shader.split('/').at(-1)!}`,
        ),
      ),
    );
    const own = all[pass]!;
    editor.show(own.shader, programText({ shaderText }, own));
  }

  function choosePass(i: number): void {
    pass = i;
    showCode();
    chooseBeside(beside);
  }

  function chooseBeside(name: string): void {
    beside = name;
    besidePane.hidden = name === '';
    if (name === '') return;
    const all = passesOf(variantNamed(tried!.kernel, name));
    const own = all[Math.min(pass, all.length - 1)]!;
    secondTitle.textContent = `${name}: ${own.shader}`;
    second.setText(programText({ shaderText }, own));
  }

  async function measureAll(): Promise<void> {
    const own = tried;
    const { layer } = selected.now;
    measuring = true;
    measure.disabled = true;
    failures.clear();
    for (const name of own && trial ? bench.variants(own) : []) {
      measure.textContent = `Measuring ${name}…`;
      try {
        trials.add({ layer, tried: own!, variant: name, trial: await trial!(layer, own!, name) });
      } catch (error) {
        failures.set(name, reasonOf(error));
      }
      if (tried === own) showTable();
    }
    measure.textContent = 'Measure all variants';
    measuring = false;
    measure.disabled = false;
  }

  /** Runs a text in place of the pass that is shown, and the variant as its file is where it was not measured yet. */
  async function runEdited(
    run: NonNullable<Bench['edited']>,
    measureOne: NonNullable<Bench['trial']>,
    text: string,
  ): Promise<ComparedOutcome> {
    const [own, name, { layer }] = [tried!, variant, selected.now];
    const outcome = await run(layer, own, name, pass, text);
    if (outcome.trial && !trials.of(own, name)) {
      trials.add({ layer, tried: own, variant: name, trial: await measureOne(layer, own, name) });
      if (tried === own) showTable();
    }
    return { ...outcome, before: trials.of(own, name) };
  }

  return { refresh };
}
