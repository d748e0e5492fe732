// The shaders' texts, bundled with the page: the files under `shaders/` as they are.
import type { ShaderText } from '../../../src/engine.js';

const FOLDER = '../../../shaders/';
const texts: Readonly<Record<string, string>> = import.meta.glob(
  ['../../../shaders/**/*.wgsl', '../../../bench/probes/*.wgsl'],
  {
    query: '?raw',
    import: 'default',
    eager: true,
  },
);

/** Gives `shaders/<path>`. @throws Error where there is no such file */
export const shaderText: ShaderText = (path) => {
  const text = texts[FOLDER + path];
  if (text === undefined) throw new Error(`There is no shader ${path}.`);
  return text;
};
