// From SVG text to the bytes of a JPEG.

import sharp from 'sharp';

export interface RenderOptions {
  /** JPEG quality, 1 to 100. */
  readonly quality: number;
  /** Pixels; where left out, the drawing's own size, or what keeps its aspect ratio. */
  readonly width?: number;
  readonly height?: number;
}

export async function renderJpeg(svg: string, { quality, width, height }: RenderOptions): Promise<Buffer> {
  const picture = sharp(Buffer.from(svg));
  const size = { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
  const both = width !== undefined && height !== undefined;
  const sized =
    width === undefined && height === undefined ? picture : picture.resize({ ...size, fit: both ? 'fill' : 'cover' });
  return sized.flatten({ background: '#ffffff' }).jpeg({ quality }).toBuffer();
}
