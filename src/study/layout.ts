// Where an element lies in its tensor: shapes as the shaders' headers state them, evaluated for given dims.

/** A tensor as a header describes it. */
export interface Layout {
  /** As written: N, H, W, C. */
  readonly names: readonly string[];
  readonly sizes: readonly number[];
}

type Numbers = Readonly<Record<string, number>>;

/** The part of a header under one of its words, on one line. */
export function headerPart(text: string, word: string): string | undefined {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => new RegExp(`^// ${word}\\b`).test(line));
  if (first < 0) return undefined;
  const parts = [lines[first]!.replace(new RegExp(`^// ${word}\\s*`), '')];
  for (let i = first + 1; /^\/\/ {3,}\S/.test(lines[i] ?? ''); i++) parts.push(lines[i]!.replace(/^\/\/\s*/, ''));
  return parts.join(' ');
}

/** What a header says first: the formula, in its lines. */
export function formulaOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => !/^enable /.test(line));
  const start = lines.findIndex((line) => line.startsWith('//'));
  const end = lines.findIndex((line, i) => i > start && !/^\/\/ \s*\S/.test(line));
  return lines.slice(start, end).map((line) => line.replace(/^\/\/ ?/, ''));
}

/**
 * Shapes of the tensors that a shader's Layout names. Sizes that it does not define are worked out from the number of elements, where
 * only one is left.
 */
export function layoutsOf(text: string, dims: Numbers, elements: Numbers): Map<string, Layout> {
  const layout = headerPart(text, 'Layout') ?? '';
  const known: Record<string, number> = { ...dims };
  for (const [, name, formula] of layout.matchAll(/\b([A-Z]) = ([^,;]+)/g)) {
    const value = evaluate(formula!, known);
    if (value !== undefined) known[name!] ??= value;
  }
  const found = new Map<string, Layout>();
  for (const [, tensors, shape] of layout.matchAll(/((?:\b[a-zA-Z]\w*(?:, | and )?)+) \(([^()]+)\)/g)) {
    const names = shape!.split(',').map((part) => part.trim());
    for (const tensor of tensors!.split(/, | and /)) {
      const sizes = sizesOf(names, known, elements[tensor]);
      if (sizes) found.set(tensor, { names, sizes });
    }
  }
  return found;
}

function sizesOf(names: readonly string[], known: Numbers, count: number | undefined): number[] | undefined {
  if (count === undefined) return undefined;
  const sizes = names.map((name) => evaluate(name, known));
  const unknown = sizes.flatMap((size, i) => (size === undefined ? [i] : []));
  if (unknown.length > 1) return undefined;
  const rest = sizes.reduce<number>((product, size) => product * (size ?? 1), 1);
  if (unknown.length === 1) sizes[unknown[0]!] = Math.floor(count / rest);
  return sizes as number[];
}

/** Whole numbers, names, sums, quotients rounded down, and products of neighbours: `H + 2 pad - 2`. */
function evaluate(formula: string, known: Numbers): number | undefined {
  let sum = 0;
  for (const [, sign, term] of `+ ${formula.trim()}`.matchAll(/([+-])\s*([^+-]+)/g)) {
    const [above, ...below] = term!.trim().split('/');
    let value = 1;
    for (const factor of above!.trim().split(/[ *]+/)) value *= sizeNamed(factor, known);
    for (const divisor of below) value = Math.floor(value / sizeNamed(divisor.trim(), known));
    sum += sign === '-' ? -value : value;
  }
  return Number.isFinite(sum) ? sum : undefined;
}

const sizeNamed = (word: string, known: Numbers): number =>
  /^\d+$/.test(word) ? Number(word) : (known[word] ?? Number.NaN);

/** Coordinates of an element, the first axis first. Where a tensor has gaps between the parts of its first axis, `count` tells. */
export function coordinatesOf({ sizes }: Layout, element: number, count: number): number[] {
  const result: number[] = [];
  const inner = sizes.slice(1).reduce((product, size) => product * size, 1);
  const apart = count > inner * sizes[0]! ? Math.floor(count / sizes[0]!) : inner;
  result.push(Math.floor(element / apart));
  let rest = element % apart;
  for (let axis = 1; axis < sizes.length; axis++) {
    const below = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
    result.push(Math.floor(rest / below));
    rest %= below;
  }
  return result;
}
