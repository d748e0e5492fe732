// Dependencies point one way, and the engine needs nothing of Node: every import of every source file is held to a table.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../src');

/** Folder -> the folders it may import from beside itself. `errors.ts` may be imported from anywhere. */
const allowed: Record<string, readonly string[]> = {
  kernels: [],
  autograd: ['kernels'],
  nn: ['autograd', 'kernels'],
  data: [],
  node: ['kernels'],
  report: ['data'],
  profile: ['kernels'],
  tune: ['nn', 'autograd', 'kernels', 'data'],
  study: ['tune', 'kernels'],
  vgg16: ['tune', 'profile', 'nn', 'autograd', 'kernels', 'data', 'node'],
  models: ['vgg16', 'nn', 'kernels', 'data', 'node'],
  explore: ['vgg16', 'nn', 'data'],
  cli: ['tune', 'study', 'explore', 'models', 'report', 'profile', 'vgg16', 'nn', 'autograd', 'data', 'node'],
};
const engine = ['kernels', 'autograd', 'nn', 'study'];

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.c?ts$/.test(name));
const imports = files.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import\(|require\()\s*'([^'\s]+)'/g)].map(([, target]) => ({
    file,
    target: target!,
  }));
});

it('finds the imports', () => {
  expect(imports.length).toBeGreaterThan(100);
});

it('every folder imports only what stands below it', () => {
  const wrong = imports.filter(({ file, target }) => {
    const folder = file.split('/')[0]!;
    if (!target.startsWith('.') || !allowed[folder]) return false;
    const there = relative(root, resolve(root, file, '..', target)).split('/')[0]!;
    return there !== folder && there !== 'errors.js' && !allowed[folder].includes(there);
  });
  expect(wrong).toEqual([]);
});

it('kernels, autograd, nn and study import no package and nothing of Node', () => {
  const wrong = imports.filter(({ file, target }) => engine.includes(file.split('/')[0]!) && !target.startsWith('.'));
  expect(wrong).toEqual([]);
});
