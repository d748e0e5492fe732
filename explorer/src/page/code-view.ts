// A shader's text with line numbers and colours: to read, or to edit in place; lines are lit, or marked with what a compiler says.
import type { Message } from '../engine/edited.js';
import { element } from './elements.js';
import { highlight } from './highlight.js';

export interface CodeView {
  readonly element: HTMLElement;
  readonly text: string;
  /** Replaces the text, without marks. */
  setText(text: string): void;
  /** Lights lines, numbered from 1: those that ran, and the one that runs now, which is scrolled to. */
  light(ran: ReadonlySet<number>, now: number | undefined): void;
  /** Marks lines with messages. */
  mark(messages: readonly Message[]): void;
}

/** @param onInput makes the text editable, and is told of each change */
export function createCodeView(label: string, onInput?: () => void): CodeView {
  const lines = element('pre', { class: 'lines', 'aria-hidden': onInput !== undefined });
  const input =
    onInput && element('textarea', { 'aria-label': label, spellcheck: 'false', wrap: 'off', autocapitalize: 'off' });
  const pane = element('div', { class: 'pane' }, lines, input);
  const shown = element(
    'div',
    { class: 'code', ...(input ? {} : { tabindex: 0, role: 'region', 'aria-label': label }) },
    pane,
  );
  let text = '';

  function setText(next: string): void {
    text = next;
    if (input && input.value !== next) input.value = next;
    lines.replaceChildren(
      ...highlight(next).map((tokens) =>
        element(
          'span',
          { class: 'line' },
          element(
            'span',
            { class: 'source' },
            tokens.map(({ text: part, kind }) => (kind === '' ? part : element('span', { class: kind }, part))),
          ),
          '\n',
        ),
      ),
    );
  }

  const lineAt = (number: number) => lines.children[number - 1];

  function scrollTo(number: number): void {
    const line = lineAt(number);
    if (!(line instanceof HTMLElement)) return;
    const { offsetTop, offsetHeight } = line;
    const { scrollTop, clientHeight } = shown;
    if (offsetTop >= scrollTop && offsetTop + offsetHeight <= scrollTop + clientHeight) return;
    shown.scrollTop = offsetTop - clientHeight / 2;
  }

  input?.addEventListener('input', () => {
    setText(input.value);
    onInput?.();
  });
  input?.addEventListener('keydown', (event) => {
    if (event.key !== 'Tab' || event.shiftKey || event.ctrlKey || event.altKey) return;
    if (input.selectionStart === input.selectionEnd) return; // Tab moves on, unless text is selected
    event.preventDefault();
    input.setRangeText('  ', input.selectionStart, input.selectionEnd, 'end');
    setText(input.value);
    onInput?.();
  });

  return {
    element: shown,
    get text() {
      return text;
    },
    setText,
    light(ran, now) {
      [...lines.children].forEach((line, i) => {
        line.classList.toggle('ran', ran.has(i + 1));
        line.classList.toggle('now', i + 1 === now);
      });
      if (now !== undefined) requestAnimationFrame(() => scrollTo(now)); // when it stands in the page
    },
    mark(messages) {
      for (const line of lines.children) line.classList.remove('error', 'warning');
      for (const { line, type } of messages) lineAt(line)?.classList.add(type === 'error' ? 'error' : 'warning');
    },
  };
}
