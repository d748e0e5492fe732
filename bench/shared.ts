// Things that are dear to make and that several cases use: made when first asked for, freed at the end.

export interface Shared {
  /** What was made under this name, or makes it. */
  get<T>(name: string, make: () => Promise<T>, free: (value: T) => void | Promise<void>): Promise<T>;
  /** Frees all of it, the last made first. */
  close(): Promise<void>;
}

export function createShared(): Shared {
  const made = new Map<string, unknown>();
  const frees: (() => void | Promise<void>)[] = [];
  return {
    async get<T>(name: string, make: () => Promise<T>, free: (value: T) => void | Promise<void>) {
      if (made.has(name)) return made.get(name) as T;
      const value = await make();
      made.set(name, value);
      frees.push(() => free(value));
      return value;
    },
    async close() {
      for (const free of frees.reverse()) await free();
      frees.length = 0;
      made.clear();
    },
  };
}
