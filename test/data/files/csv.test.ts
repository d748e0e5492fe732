// CSV: what is quoted, what reads back, and what malformed files get.
import { describe, expect, it } from 'vitest';
import { csvLine, parseCsv } from '../../../src/data/files/csv.js';
import { itWith, python, runPython } from '../../shared.js';

const parse = (text: string) => [...parseCsv('a.csv', text)];
const fields = (text: string) => parse(text).map((row) => row.fields);

const ROWS = [
  ['file', 'cats', 'dogs'],
  ['a, b.jpg', '0.5', '0.5'],
  ['the "best".jpg', '', 'x'],
  ['two\nlines.jpg', ' led by a space', 'ä 猫'],
  ['crlf\r\n', '"', ','],
];

describe('csv', () => {
  it('quotes only what needs it, and reads it back', () => {
    const text = ROWS.map(csvLine).join('');
    expect(csvLine(ROWS[0]!)).toBe('file,cats,dogs\n');
    expect(csvLine(ROWS[1]!)).toBe('"a, b.jpg",0.5,0.5\n');
    expect(csvLine(ROWS[2]!)).toBe('"the ""best"".jpg",,x\n');
    expect(fields(text)).toEqual(ROWS);
    expect(parse(text).map(({ line }) => line)).toEqual([1, 2, 3, 4, 6]);
  });

  it('takes CRLF, no line end at the end, a byte order mark, blank lines, empty fields', () => {
    expect(fields('\ufeffa,b\r\n1,2\r\n')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(fields('a,b\n\n1,2')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(fields('a,\n,\n')).toEqual([
      ['a', ''],
      ['', ''],
    ]);
    expect(fields('')).toEqual([]);
  });

  it.each([
    ['a,b\n1,"2\n3', /a\.csv, line 2: a quote is opened and never closed/],
    ['a,b\n"x"y,2\n', /a\.csv, line 2: something stands between a closing quote and the next comma/],
    ['a,b\n1,2\nx"y,2\n', /a\.csv, line 3: a quote or a lone carriage return stands within a field/],
    ['"a\nb",c\n1,x"\n', /a\.csv, line 3: a quote or a lone/],
  ])('refuses %j', (text, says) => {
    expect(() => parse(text)).toThrow(says);
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'output' }));
  });

  itWith(python !== undefined, 'a Python')("Python's csv module reads the same", () => {
    const program =
      'import csv, io, json, sys; print(json.dumps(list(csv.reader(io.StringIO(sys.argv[1], newline="")))))';
    expect(JSON.parse(runPython('-c', program, ROWS.map(csvLine).join('')))).toEqual(ROWS);
  });
});
