// The first step of a workgroup that passes its operands through its own memory: who brings what from storage, and who reads it there.
import type { FollowedAccess } from '../../src/study/mapping.js';

/** A piece of storage that an invocation puts into workgroup memory. */
export interface Brought {
  readonly invocation: number;
  readonly source: FollowedAccess;
}

/** A read of workgroup memory, and what lies there. */
export interface Used {
  readonly invocation: number;
  /** Of the shader. */
  readonly line: number;
  readonly brought: Brought;
  /** Scalar of the source that is meant first, of those that are brought together. */
  readonly offset: number;
}

export interface SharedStep {
  readonly brought: readonly Brought[];
  readonly used: readonly Used[];
}

/**
 * What happens until an invocation has read what lies there after its first writes. An invocation stores what it fetched in the order in
 * which it fetched it.
 * @param accesses of the whole workgroup, each invocation's in order
 */
export function firstStep(accesses: readonly FollowedAccess[]): SharedStep {
  const byInvocation = new Map<number, FollowedAccess[]>();
  for (const access of accesses) {
    const own = byInvocation.get(access.invocation);
    if (own) own.push(access);
    else byInvocation.set(access.invocation, [access]);
  }
  const brought: Brought[] = [];
  const memory = new Map<string, { readonly brought: Brought; readonly offset: number }>();
  const reads: FollowedAccess[] = [];
  for (const [invocation, own] of byInvocation) {
    const fetched: FollowedAccess[] = [];
    let reading = false;
    for (const access of own) {
      if (access.tensor !== undefined) {
        if (access.access === 'read') fetched.push(access);
      } else if (access.access === 'read') {
        reading = true;
        reads.push(access);
      } else {
        if (reading) break; // the next step's
        const source = fetched.shift();
        if (!source) throw new Error(`Invocation ${invocation} stores what it did not fetch, in line ${access.line}.`);
        const piece = { invocation, source };
        brought.push(piece);
        for (let offset = 0; offset < access.count; offset++) {
          memory.set(`${access.variable} ${access.index + offset}`, { brought: piece, offset });
        }
      }
    }
  }
  const used = reads.map(({ invocation, line, variable, index }) => {
    const there = memory.get(`${variable} ${index}`);
    if (!there)
      throw new Error(`Invocation ${invocation} reads ${variable}[${index}], which nobody filled, in line ${line}.`);
    return { invocation, line, ...there };
  });
  return { brought, used };
}
