// Shader text from the package's `shaders/` folder.
import { readFileSync } from 'node:fs';
import type { ShaderText } from '../kernels/shader.js';

const texts = new Map<string, string>();

/** Reads `shaders/<path>` once. */
export const shaderFromFile: ShaderText = (path) => {
  let text = texts.get(path);
  if (text === undefined) {
    text = readFileSync(new URL(`../../shaders/${path}`, import.meta.url), 'utf8');
    texts.set(path, text);
  }
  return text;
};
