// Commands that are printed for the person at the keyboard to run.

/** A word as a POSIX shell takes it: quoted where it has more than letters, digits and what paths are made of. */
export function shellWord(text: string): string {
  return /^[\w./@:,+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
