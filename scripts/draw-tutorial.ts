// npm run docs:drawings: writes the drawings of docs/tutorial from the kernels as they are.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawings } from './draw-tutorial/drawings.js';

for (const [name, draw] of Object.entries(drawings)) {
  const path = `docs/tutorial/${name}`;
  writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), draw());
  console.error(`${path} is drawn.`);
}
