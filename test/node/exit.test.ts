import { describe, expect, it } from 'vitest';
import { runChild } from './run-child.js';
import { hasLavapipe, hasSwiftShader } from './which-adapters.js';

const adapters = [...(hasLavapipe ? ['lavapipe'] : []), ...(hasSwiftShader ? ['swiftshader'] : [])];

describe.each(adapters)('a process that used %s', (adapter) => {
  it.each([
    ['return without close', 0],
    ['return after close', 0],
    ['exit', 7],
    ['exit after close', 7],
    ['throw', 1],
    ['collect garbage', 0],
    ['open many', 0],
  ])('ends cleanly: %s gives exit code %i', async (what, code) => {
    const result = await runChild(what, { VGGPU_ADAPTER: adapter });
    expect(result).toMatchObject({ code, signal: null });
    if (what === 'throw') expect(result.stderr).toContain('thrown on purpose');
  });
});
