// The drawings of the tutorial, by the file that each is written to.
import { drawLoop } from './1-a-loop.js';
import { drawNeighbours } from './2-neighbours.js';
import { drawRegisters } from './3-registers.js';
import { drawSharedTile } from './4-a-shared-tile.js';
import { drawWinograd } from './5-winograd.js';
import { drawMatrixUnits } from './6-matrix-units.js';

/** File name in docs/tutorial -> its SVG, computed anew. */
export const drawings: Readonly<Record<string, () => string>> = {
  '1-a-loop.svg': drawLoop,
  '2-neighbours.svg': drawNeighbours,
  '3-registers.svg': drawRegisters,
  '4-a-shared-tile.svg': drawSharedTile,
  '5-winograd.svg': drawWinograd,
  '6-matrix-units.svg': drawMatrixUnits,
};
