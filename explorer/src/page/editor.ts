// The WGSL that runs, to read and to change: compiled where one edits it, run in its variant's place, held against the naive variant.
import type { EditedOutcome } from '../engine/bench.js';
import type { Message } from '../engine/edited.js';
import type { Trial } from '../engine/trial.js';
import { createCodeView } from './code-view.js';
import { element, reasonOf } from './elements.js';
import { duration, precise } from './numbers.js';
import { errorText } from './variants-table.js';

export interface Editor {
  readonly element: HTMLElement;
  /** Shows a pass's text. @param name of the file */
  show(name: string, text: string): void;
}

/** What an edited text came to, beside the variant as its file is. */
export interface ComparedOutcome extends EditedOutcome {
  readonly before: Trial | undefined;
}

/** @param runEdited compiles and runs a text in the place of the one shown; absent: the text can only be read */
export function createEditor(runEdited: ((text: string) => Promise<ComparedOutcome>) | undefined): Editor {
  let original = '';
  const title = element('h3', { class: 'file' });
  const outcome = element('div', { class: 'outcome', role: 'status' });
  const runButton = element(
    'button',
    { type: 'button', class: 'run', onclick: () => void runText() },
    'Run the edited kernel',
  );
  const resetButton = element('button', { type: 'button', onclick: () => reset() }, 'Undo all changes');
  const code = createCodeView('WGSL of the variant', runEdited && changed);
  const buttons = element('div', { class: 'switch' }, runButton, resetButton);
  const shown = element('div', { class: 'editor' }, title, code.element, runEdited && buttons, outcome);

  function changed(): void {
    resetButton.disabled = code.text === original;
    code.mark([]);
  }

  function reset(): void {
    code.setText(original);
    outcome.replaceChildren();
    changed();
  }

  async function runText(): Promise<void> {
    runButton.disabled = true;
    outcome.replaceChildren(element('p', { class: 'muted' }, 'Running…'));
    const { text } = code;
    try {
      const result = await runEdited!(text);
      if (text !== code.text) return; // changed while it ran
      code.mark(result.messages);
      outcome.replaceChildren(...messageList(result.messages), ...verdict(result));
    } catch (error) {
      outcome.replaceChildren(element('p', { class: 'failed' }, reasonOf(error)));
    } finally {
      runButton.disabled = false;
    }
  }

  function verdict({ trial, refused, before }: ComparedOutcome): Node[] {
    if (refused) return [element('p', { class: 'failed' }, refused)];
    if (!trial) return [];
    const { wrong, first } = trial.comparison;
    const beside = before ? `, the file as it is ${duration(before.milliseconds)}` : '';
    const where = first
      ? ` The first is element ${first.index}: ${precise(first.found)}, expected ${precise(first.expected)}.`
      : '';
    const right = wrong === 0 ? 'The result is right' : `The result is wrong: ${errorText(trial)}.`;
    return [
      element(
        'p',
        { class: wrong === 0 ? 'right' : 'failed' },
        wrong === 0 ? `${right} (error ${errorText(trial)}).` : `${right}${where}`,
      ),
      element('p', { class: 'number' }, `The edited kernel takes ${duration(trial.milliseconds)}${beside}.`),
    ];
  }

  function messageList(messages: readonly Message[]): Node[] {
    if (messages.length === 0) return [];
    const items = messages.map(({ type, line, column, text }) =>
      element('li', { class: type }, line > 0 && element('b', {}, `Line ${line}, column ${column}: `), text),
    );
    return [element('ul', { class: 'messages' }, items)];
  }

  return {
    element: shown,
    show(name, text) {
      original = text;
      title.textContent = name;
      reset();
    },
  };
}
