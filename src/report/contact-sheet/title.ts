// A title as a strip of pixels, drawn with the built-in strokes and cut to its width.
import sharp from 'sharp';
import { FONT, lettersOf, setLine } from './stroke-font.js';

/** Pixels of a font unit: capitals are 12 pixels high. */
const SCALE = 12 / 14;

/** Shortens a text that is too wide in its middle, since file names differ at their ends. @param width pixels */
export function fitTitle(text: string, width: number): string {
  const fits = (candidate: string) => setLine(candidate).width * SCALE <= width;
  if (fits(text)) return text;
  const letters = lettersOf(text);
  for (let kept = letters.length - 1; kept > 0; kept--) {
    const start = Math.floor(kept / 2);
    const candidate = `${letters.slice(0, start).join('')}…${letters.slice(letters.length - (kept - start)).join('')}`;
    if (fits(candidate)) return candidate;
  }
  return '…';
}

/**
 * Draws a title in the middle of a strip.
 * @returns (height, width, 3) bytes of RGB
 */
export async function drawTitle(
  text: string,
  { width, height, ink, paper }: { width: number; height: number; ink: string; paper: string },
): Promise<Buffer> {
  const line = setLine(fitTitle(text, width));
  const left = (width / SCALE - line.width) / 2;
  const top = (height / SCALE - (FONT.bottom - FONT.top)) / 2 - FONT.top;
  const letters = line.glyphs.map(({ x, path }) => `<path transform="translate(${x} 0)" d="${path}"/>`).join('');
  const pen = `stroke="${ink}" stroke-width="${FONT.stroke}" stroke-linecap="round" stroke-linejoin="round"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<rect width="100%" height="100%" fill="${paper}"/>
<g transform="scale(${SCALE}) translate(${left} ${top})" fill="none" ${pen}>${letters}</g>
</svg>`;
  return sharp(Buffer.from(svg)).removeAlpha().toColourspace('srgb').raw().toBuffer();
}
