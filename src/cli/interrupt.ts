// Ctrl-C: the first one asks for an orderly end, the second one ends at once.
import { shellWord } from './shell-word.js';

/** The exit code of a program that was interrupted, as shells have it: 128 + SIGINT. */
export const INTERRUPTED = 130;

/** Runs `work` with a signal that Ctrl-C (SIGINT) or a scheduler's SIGTERM gives; says on stderr what that means. */
export async function interruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  say: (line: string) => void,
): Promise<Result> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
    say('Finishing this step, then saving. Once more (Ctrl-C) stops at once.');
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of signals) process.off(name, interrupt);
  }
}

/** The command line that this process was started with, as one would type it, with `more` behind it and `less` left out. */
export function commandAgain(more: readonly string[], less: readonly string[] = []): string {
  const words = process.argv.slice(2).filter((word) => !more.includes(word) && !less.includes(word));
  return ['vggpu', ...words, ...more].map(shellWord).join(' ');
}
