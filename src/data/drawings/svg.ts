// SVG elements as text, with numbers rounded so that the text of a picture never depends on the last bits of a float.

/** Attributes of an element; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** A number with at most two decimals, as SVG text. */
export function round(value: number): string {
  return String(Math.round(value * 100) / 100 + 0); // + 0 turns -0 into 0
}

export function element(name: string, attributes: Attributes, content = ''): string {
  let text = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) text += ` ${key}="${typeof value === 'number' ? round(value) : value}"`;
  }
  return content === '' ? `${text}/>` : `${text}>${content}</${name}>`;
}

/** The tag for path data: trace`M ${x} ${y} L ...`, every number rounded. */
export function trace(parts: TemplateStringsArray, ...values: readonly number[]): string {
  return parts.map((part, i) => part + (i < values.length ? round(values[i]!) : '')).join('');
}

export function path(data: string, fill: string, attributes: Attributes = {}): string {
  return element('path', { d: data, fill, ...attributes });
}

/** A path that is only a line, with round ends. */
export function stroke(data: string, colour: string, width: number, attributes: Attributes = {}): string {
  const line = { stroke: colour, 'stroke-width': width, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
  return element('path', { d: data, fill: 'none', ...line, ...attributes });
}

export function ellipse(x: number, y: number, rx: number, ry: number, fill: string, attributes: Attributes = {}) {
  return element('ellipse', { cx: x, cy: y, rx, ry, fill, ...attributes });
}

export function rectangle(
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  attributes: Attributes = {},
): string {
  return element('rect', { x, y, width, height, fill, ...attributes });
}

/** Where and how large a group of shapes is drawn. */
export interface Placement {
  readonly x?: number;
  readonly y?: number;
  readonly scale?: number;
  readonly degrees?: number;
  readonly mirrored?: boolean;
}

export function place(content: string, { x = 0, y = 0, scale = 1, degrees = 0, mirrored = false }: Placement): string {
  const factor = mirrored ? `${round(-scale)} ${round(scale)}` : round(scale);
  return element(
    'g',
    { transform: `translate(${round(x)} ${round(y)}) rotate(${round(degrees)}) scale(${factor})` },
    content,
  );
}
