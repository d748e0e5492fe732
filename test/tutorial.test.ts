// Links of the tutorial and of the exercises lead to files that are there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const TUTORIAL = fileURLToPath(new URL('../docs/tutorial/', import.meta.url));
const pages = readdirSync(TUTORIAL).filter((name) => name.endsWith('.md'));

it.each(pages)('%s links to files that are there', (page) => {
  const path = join(TUTORIAL, page);
  const links = [...readFileSync(path, 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link!);
  expect(links).not.toEqual([]);
  expect(links.filter((link) => !existsSync(join(dirname(path), link)))).toEqual([]);
});
