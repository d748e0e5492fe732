// One picture file to RGBA bytes at its full size, or the reason why not.

import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { VggpuError } from '../../errors.js';
import { gatherNearest, isThinned, type UploadLimit } from './gather.js';
import type { SpareBytes } from './spare-bytes.js';

/** A decoded picture: 8-bit sRGB. */
export interface DecodedPicture {
  /** Columns. */
  width: number;
  /** Rows. */
  height: number;
  /** (height, width, 4), row-major: R, G, B, 255. */
  data: Uint8Array;
}

/** How a picture is decoded. */
export interface DecodeOptions {
  /** Whether the camera's EXIF orientation is applied. */
  exif: boolean;
  /** The most pixels a picture may have; 268,402,689 (1 GiB decoded) where not given. */
  maxPixels?: number | undefined;
  /** Awaited between reading the header and decoding, with the bytes that decoding will take; it may wait for memory. */
  admit?: ((bytes: number) => Promise<void>) | undefined;
}

/** How a picture is decoded for a network. */
export interface NetworkDecodeOptions extends DecodeOptions {
  /** Thins pictures to the pixels that nearest resizing picks, where that makes them smaller. */
  nearest?: UploadLimit | undefined;
  /** Where the bytes of thinned pictures come from. */
  spare?: SpareBytes | undefined;
  /** Whether the caller waits while the file is read: its process does nothing else, and five ways to the pool of threads and back are saved. */
  atOnce?: boolean;
}

/** Either a picture or one line that says why there is none. */
export type DecodeResult = { picture: DecodedPicture } | { reason: string };

/** libvips' own limit, 0x3FFF squared. */
const MAX_PIXELS = 268_402_689;

/** A picture that takes longer is given up, so that a malicious file cannot hold up a run for ever. */
const TIMEOUT_SECONDS = 120;

/**
 * Decodes a picture at its full size: nothing is shrunk on load, since a kernel does the resizing. What the file holds decides
 * its format, not its extension. Grey, palette, CMYK and 16-bit pictures become 8-bit sRGB (an embedded colour profile other
 * than sRGB is applied); of an animation the first frame is taken; transparency is dropped and nothing is laid underneath, as
 * PIL's `convert('RGB')` in Keras 1 does. A damaged file is refused where pixels are missing (`failOn: 'error'`), and never
 * written to.
 *
 * @param source a path or a file's bytes
 * @throws VggpuError `pictures`, "file: why"
 */
export async function decodePicture(source: string | Buffer, options: DecodeOptions): Promise<DecodedPicture> {
  const result = await tryDecode(source, options);
  if ('picture' in result) return result.picture;
  throw new VggpuError('pictures', `${typeof source === 'string' ? source : 'picture'}: ${result.reason}`);
}

/** As decodePicture, but what is wrong with the picture is returned; only what `admit` throws is thrown. */
export async function tryDecode(source: string | Buffer, options: NetworkDecodeOptions): Promise<DecodeResult> {
  const { maxPixels = MAX_PIXELS, nearest, spare } = options;
  let pipeline: Sharp;
  let size: { width: number; height: number };
  try {
    // Bytes rather than a path: sharp takes brackets in a path for options, and its cache could serve an older file.
    const bytes = typeof source === 'string' ? await readRegularFile(source, options) : source;
    if (bytes.length === 0) return { reason: 'the file is empty' };
    size = await sharp(bytes, { limitInputPixels: false }).metadata();
    pipeline = sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels, autoOrient: options.exif });
  } catch (error) {
    return { reason: cleanReason(error) };
  }
  const pixels = size.width * size.height;
  if (pixels > maxPixels) {
    const limit = `${millions(maxPixels)} are the limit: make it smaller`;
    return { reason: `${size.width}x${size.height} is ${millions(pixels)} pixels; ${limit}` };
  }
  await options.admit?.(4 * pixels);
  const thin = nearest !== undefined && isThinned(4 * pixels, nearest);
  try {
    pipeline = pipeline.removeAlpha().toColourspace('srgb');
    if (!thin) pipeline = pipeline.ensureAlpha(); // which takes as long as decoding does, on pixels of which most are not picked
    const { data, info } = await pipeline
      .raw()
      .timeout({ seconds: TIMEOUT_SECONDS })
      .toBuffer({ resolveWithObject: true });
    const channels = thin ? 3 : 4;
    if (data.length !== channels * info.width * info.height) {
      return { reason: `decoded to ${data.length} bytes, not the ${info.width}x${info.height}x${channels} expected` };
    }
    const whole = {
      width: info.width,
      height: info.height,
      data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    };
    return { picture: thin ? gatherNearest(whole, nearest.height, nearest.width, spare) : whole };
  } catch (error) {
    return { reason: cleanReason(error) };
  }
}

/** Decodes a file, as `tryDecode`. */
export type Decode = (path: string, options: NetworkDecodeOptions) => Promise<DecodeResult>;

/** Reads a file; a pipe or device, which might never end, is refused. */
async function readRegularFile(path: string, { atOnce = false }: NetworkDecodeOptions): Promise<Buffer> {
  const about = atOnce ? statSync(path) : await stat(path);
  if (!about.isFile()) throw new Error('not a file');
  return atOnce ? readFileSync(path) : readFile(path);
}

function millions(pixels: number): string {
  return pixels < 1e6 ? String(pixels) : `${Math.floor(pixels / 1e6)} million`;
}

/** What libvips, sharp or the file system said, as one short line for a person. */
function cleanReason(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'it may not be read: check its permissions';
    case 'ELOOP':
      return 'it is a link that leads back to itself';
  }
  const line = message
    .replace(/^Input (buffer|file) has corrupt header:/i, 'broken header:')
    .replaceAll(/Vips(Jpeg|Png|Webp|Tiff|Gif|Heif|Svg)?:|vips(png|jpeg)|(\w+load)(_source|_buffer)?:/g, '')
    .split('\n')
    .map((part) =>
      part
        .replaceAll(/\s+/g, ' ')
        .replaceAll(/\s*:\s*:\s*/g, ': ')
        .trim()
        .replace(/^:\s*|:$/g, ''),
    )
    .find((part) => part !== '');
  if (line === undefined) return 'it cannot be decoded';
  if (/unsupported image format/i.test(line))
    return 'not a picture in a format that is read here (JPEG, PNG, WebP, GIF, TIFF, AVIF, SVG)';
  // libvips keeps its messages in a buffer that all threads share: the same damage comes with or without its reason.
  if (/^(libpng read error|premature end of JPEG image|Unknown error)$/.test(line)) return 'damaged or cut short';
  if (/timeout/i.test(line)) return `decoding took more than ${TIMEOUT_SECONDS} seconds`;
  return line;
}
