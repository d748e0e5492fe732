// CSV as RFC 4180 has it, with line feeds: rows of text fields, quoted where they need it.

import { VggpuError } from '../../errors.js';

/** A row and the line of the file that it begins on, counted from 1. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/** One row as text, its line end included. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(quoted).join(',')}\n`;
}

/** A field between quotes where it holds a comma, a quote, a line end, or spaces that a reader might drop. */
function quoted(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** A quoted field or a plain one, and what must follow it. */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/**
 * Reads rows one after another. Lines may end in LF or CRLF, the last one in nothing; a byte order mark and blank lines are
 * left out.
 *
 * @param path for messages
 * @throws VggpuError `output` for a quote that is not closed or stands where none may be, with the line
 */
export function* parseCsv(path: string, text: string): Generator<CsvRow, void, undefined> {
  let at = text.startsWith('\ufeff') ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const fields: string[] = [];
    const first = line;
    let end: string | undefined = ',';
    while (end === ',') {
      FIELD.lastIndex = at;
      const found = FIELD.exec(text);
      if (!found) throw malformed(path, text, at, line);
      const [whole, inside, plain, next] = found;
      fields.push(inside === undefined ? plain! : inside.replaceAll('""', '"'));
      if (inside !== undefined) line += inside.split('\n').length - 1;
      at += whole.length;
      end = next;
    }
    line++;
    if (fields.length > 1 || fields[0] !== '') yield { line: first, fields };
  }
}

function malformed(path: string, text: string, at: number, line: number): VggpuError {
  const closes = text[at] === '"' && /^"[^"]*(?:""[^"]*)*"/.test(text.slice(at));
  const what =
    text[at] !== '"'
      ? 'a quote or a lone carriage return stands within a field that is not quoted'
      : closes
        ? 'something stands between a closing quote and the next comma'
        : 'a quote is opened and never closed';
  return new VggpuError(
    'output',
    `${path}, line ${line}: ${what}. A field with quotes in it is written "like ""this""".`,
  );
}
