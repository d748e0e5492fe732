// Numbers as the report writes them.

/** 0.6850 -> 68.50 % */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** Three digits, or a dash for what is not defined. */
export function fraction(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : value.toFixed(3);
}

/** A probability in three digits; what is not quite 0 or 1 does not become it. */
export function probability(value: number): string {
  if (value > 0.9995 && value < 1) return '> 0.999';
  if (value < 0.0005 && value > 0) return '< 0.001';
  return value.toFixed(3);
}

/** 1 picture, 1,200 pictures */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${thousands(count)} ${count === 1 ? noun : plural}`;
}

export function thousands(count: number): string {
  return count.toLocaleString('en-GB');
}

/** Bytes in the unit that fits. */
export function fileSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** 2026-11-23 14:43 UTC */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
