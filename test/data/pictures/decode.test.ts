// Decoding against PNGs made by hand, ONNX's decoder tests (whose pixels PIL made) and the listing of odd pictures.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { decodePicture, tryDecode } from '../../../src/data/pictures/decode.js';
import { gatherNearest, isThinned } from '../../../src/data/pictures/gather.js';

const folder = mkdtempSync(join(tmpdir(), 'vggpu-decode-'));
afterAll(() => rmSync(folder, { recursive: true }));
const shared = (path: string) => fileURLToPath(new URL(`../../../../shared/data/${path}`, import.meta.url));

/** A PNG from its scan lines, without any image library; type 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
function makePng(width: number, depth: number, type: number, rows: number[][], palette?: number[]): Buffer {
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(rows.length, 4);
  head.set([depth, type, 0, 0, 0], 8);
  const lines = Buffer.from(rows.flatMap((row) => [0, ...row]));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    ...(palette ? [chunk('PLTE', Buffer.from(palette))] : []),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A 16x8 JPEG, red on the left and blue on the right, with an EXIF orientation. */
function twoHalves(orientation: number): Promise<Buffer> {
  const data = Buffer.from(Array.from({ length: 128 }, (_, i) => (i % 16 < 8 ? [255, 0, 0] : [0, 0, 255])).flat());
  const jpeg = sharp(data, { raw: { width: 16, height: 8, channels: 3 } }).jpeg({ chromaSubsampling: '4:4:4' });
  return jpeg.withMetadata({ orientation }).toBuffer();
}

const decode = (source: string | Buffer, exif = true) => decodePicture(source, { exif });

describe('decoding', () => {
  it.each<[string, Buffer, number[]]>([
    ['RGB', makePng(2, 8, 2, [[1, 2, 3, 4, 5, 6]]), [1, 2, 3, 255, 4, 5, 6, 255]],
    ['RGBA, whose hidden colours show', makePng(2, 8, 6, [[9, 8, 7, 0, 6, 5, 4, 128]]), [9, 8, 7, 255, 6, 5, 4, 255]],
    [
      'grey',
      makePng(
        2,
        8,
        0,
        [[0], [200]].map(([v]) => [v!, 17]),
      ),
      [0, 0, 0, 255, 17, 17, 17, 255, 200, 200, 200, 255, 17, 17, 17, 255],
    ],
    ['grey and alpha', makePng(1, 8, 4, [[77, 0]]), [77, 77, 77, 255]],
    ['16-bit RGB', makePng(1, 16, 2, [[0x12, 0, 0xab, 0xff, 0xff, 0xff]]), [0x12, 0xab, 0xff, 255]],
    ['16-bit grey', makePng(2, 16, 0, [[0, 0, 0xff, 0xff]]), [0, 0, 0, 255, 255, 255, 255, 255]],
    ['palette', makePng(2, 8, 3, [[1, 0]], [10, 20, 30, 40, 50, 60]), [40, 50, 60, 255, 10, 20, 30, 255]],
    ['one-bit grey', makePng(3, 1, 0, [[0b10100000]]), [255, 255, 255, 255, 0, 0, 0, 255, 255, 255, 255, 255]],
  ])('takes %s', async (_, png, pixels) => {
    expect([...(await decode(png)).data]).toEqual(pixels);
  });

  it('takes the first frame of an animation, and renders SVG at its size', async () => {
    const frames = Buffer.from([255, 0, 0, 0, 255, 0]);
    const raw = { raw: { width: 1, height: 2, channels: 3, pageHeight: 1 } } as const;
    for (const animation of [sharp(frames, raw).gif(), sharp(frames, raw).webp({ lossless: true })]) {
      expect(await decode(await animation.toBuffer())).toEqual({
        width: 1,
        height: 1,
        data: Uint8Array.of(255, 0, 0, 255),
      });
    }
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="5" height="3"><rect width="5" height="3" fill="#010203"/></svg>';
    const drawn = await decode(Buffer.from(svg));
    expect([drawn.width, drawn.height, ...drawn.data.subarray(0, 4)]).toEqual([5, 3, 1, 2, 3, 255]);
  });

  it('applies the EXIF orientation unless told not to', async () => {
    const jpeg = await twoHalves(6); // shown after a quarter turn to the right: red on top
    const turned = await decode(jpeg);
    expect([turned.width, turned.height]).toEqual([8, 16]);
    expect(turned.data[0]).toBeGreaterThan(200);
    expect(turned.data.at(-4)).toBeLessThan(50);
    const plain = await decode(jpeg, false);
    expect([plain.width, plain.height]).toEqual([16, 8]);
    expect(plain.data[2]).toBeLessThan(50);
    expect(plain.data[4 * 15 + 2]).toBeGreaterThan(200);
  });

  it('opens a path with brackets and letters of any kind', async () => {
    const path = join(folder, 'ünï ☃[page=1].png');
    writeFileSync(path, makePng(1, 8, 2, [[1, 2, 3]]));
    expect((await decode(path)).data).toEqual(Uint8Array.of(1, 2, 3, 255));
  });

  it('names the file and the reason in one line', async () => {
    const path = join(folder, 'bad.jpg');
    const cases: [Buffer, string][] = [
      [Buffer.alloc(0), 'the file is empty'],
      [Buffer.from('<html>not found</html>'), 'not a picture in a format that is read here'],
      [(await twoHalves(1)).subarray(0, 200), 'premature end'],
      [
        makePng(
          40,
          8,
          0,
          Array.from({ length: 40 }, (_, y) => Array.from({ length: 40 }, (_, x) => (x * y * 7) % 251)),
        ).subarray(0, 300),
        'damaged or cut short',
      ],
    ];
    for (const [bytes, reason] of cases) {
      writeFileSync(path, bytes);
      const error = await decode(path).catch((caught) => caught);
      expect(error).toMatchObject({ code: 'pictures', message: expect.stringContaining(reason) });
      expect(error.message).toMatch(/^[^\n]*bad\.jpg: [^\n]+$/);
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }
    await expect(decode(join(folder, 'no.jpg'))).rejects.toThrow('no.jpg: there is no such file');
    await expect(decode(folder)).rejects.toThrow('not a file');
    await expect(decodePicture(makePng(3, 8, 0, [[1, 2, 3]]), { exif: true, maxPixels: 2 })).rejects.toThrow(
      '3x1 is 3 pixels; 2 are the limit',
    );
  });
});

describe('gathering', () => {
  const picture = (width: number, height: number) => {
    const data = Uint8Array.from({ length: 4 * width * height }, (_, i) => (i * 2654435761) >>> 13);
    return { width, height, data };
  };

  it.each([
    [500, 375],
    [224, 224],
    [1, 1],
    [3, 1000],
    [223, 225],
    [4001, 17],
  ])('picks the pixels of nearest from %d x %d', (width, height) => {
    const source = picture(width, height);
    const gathered = gatherNearest(source, 224, 224);
    const expected = Uint8Array.from({ length: 4 * 224 * 224 }, (_, i) => {
      const [y, x, c] = [Math.floor(i / 896), Math.floor(i / 4) % 224, i % 4];
      const row = Math.floor(((y + 0.5) * height) / 224);
      return source.data[4 * (row * width + Math.floor(((x + 0.5) * width) / 224)) + c]!;
    });
    expect(Buffer.compare(gathered.data, expected)).toBe(0);
    expect(Buffer.compare(gatherNearest(gathered, 224, 224).data, gathered.data)).toBe(0);
  });

  it('takes bytes at any offset, and only pictures above the limit', () => {
    const source = picture(9, 7);
    const shifted = new Uint8Array(source.data.length + 1);
    shifted.set(source.data, 1);
    expect(gatherNearest({ ...source, data: shifted.subarray(1) }, 3, 2)).toEqual(gatherNearest(source, 3, 2));
    expect(isThinned(4 * 63, { maxUploadBytes: 4 * 63, height: 3, width: 2 })).toBe(false);
    expect(isThinned(4 * 63, { maxUploadBytes: 4 * 63 - 1, height: 3, width: 2 })).toBe(true);
    expect(isThinned(4 * 63, { maxUploadBytes: 0, height: 224, width: 224 })).toBe(false);
  });

  it('makes RGB opaque', () => {
    const { width, height, data } = picture(9, 7);
    const rgb = data.filter((_, i) => i % 4 < 3);
    const opaque = data.map((value, i) => (i % 4 < 3 ? value : 255));
    expect(gatherNearest({ width, height, data: rgb }, 3, 2)).toEqual(
      gatherNearest({ width, height, data: opaque }, 3, 2),
    );
  });
});

/** The raw_data (field 9) of a protobuf TensorProto whose fields are all varints or shorter byte strings. */
function rawData(path: string): Buffer {
  const bytes = readFileSync(path);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const value = varint();
    if (tag >> 3 === 9) return bytes.subarray(at, at + value);
    if ((tag & 7) === 2) at += value;
  }
  throw new Error(`${path} has no raw data`);
}

const onnx = shared('onnx/node');
const withOnnx = existsSync(join(onnx, 'test_image_decoder_decode_png_rgb'));
if (!withOnnx) console.warn("SKIPPED: ONNX's image decoder tests, since ../shared/data is absent");
describe.skipIf(!withOnnx)("ONNX's image decoder tests", () => {
  it.each<[string, number]>([
    ['png_rgb', 0],
    ['webp_rgb', 1],
    ['jpeg_rgb', 1],
  ])('%s within %d', async (name, tolerance) => {
    const set = join(onnx, `test_image_decoder_decode_${name}`, 'test_data_set_0');
    const expected = rawData(join(set, 'output_0.pb')); // (32, 32, 3)
    const { width, height, data } = await decode(rawData(join(set, 'input_0.pb')));
    expect([width, height, expected.length]).toEqual([32, 32, 3072]);
    let worst = 0;
    for (const [i, value] of expected.entries())
      worst = Math.max(worst, Math.abs(value - data[4 * Math.floor(i / 3) + (i % 3)]!));
    expect(worst).toBeLessThanOrEqual(tolerance);
  });
});

const odd = shared('photos/odd');
const withOdd = existsSync(join(odd, 'LISTING.tsv'));
if (!withOdd) console.warn('SKIPPED: odd pictures, since ../shared/data is absent');
describe.skipIf(!withOdd)('odd pictures', () => {
  it('gives for each what the listing says, without exception', async () => {
    const [head, ...lines] = readFileSync(join(odd, 'LISTING.tsv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    const column = (name: string) => head!.indexOf(name);
    const present = lines.filter(([file]) => existsSync(join(odd, file!)));
    if (present.length < lines.length)
      console.warn(`SKIPPED: ${lines.length - present.length} odd pictures that are listed but absent`);
    const wrong: string[] = [];
    for (const line of present) {
      const [file, listed, size] = [line[0]!, line[column('failOn=error')]!, line[column('size')]!];
      const result = await tryDecode(join(odd, file), { exif: false });
      const ours = 'picture' in result ? `${result.picture.width}x${result.picture.height}` : result.reason;
      if (ours.includes('\n')) wrong.push(`${file}: a reason of several lines`);
      if ('picture' in result !== listed.startsWith('ok')) wrong.push(`${file}: ${listed}, but ${ours}`);
      if ('picture' in result && ours !== size) wrong.push(`${file}: ${size}, but ${ours}`);
      const nearest = { maxUploadBytes: 0, height: 5, width: 7 };
      const thinned = await tryDecode(join(odd, file), { exif: false, nearest, atOnce: true });
      const expected = 'picture' in result ? { picture: gatherNearest(result.picture, 5, 7) } : result;
      const small = 'picture' in result && result.picture.data.length <= 4 * 5 * 7;
      if (!small && !isDeepStrictEqual(thinned, expected))
        wrong.push(`${file}: other pixels, or another reason, when thinned`);
    }
    expect(wrong).toEqual([]);
    expect(present.length).toBeGreaterThan(0);
  });

  const upright = join(odd, 'sharp/Landscape_1.jpg');
  it.skipIf(!existsSync(upright))('shows all eight orientations of one photo the same way up', async () => {
    const reference = await decode(upright);
    for (let orientation = 2; orientation <= 8; orientation++) {
      const turned = await decode(join(odd, `sharp/Landscape_${orientation}.jpg`));
      expect([turned.width, turned.height]).toEqual([reference.width, reference.height]);
      const error =
        turned.data.reduce((sum, value, i) => sum + Math.abs(value - reference.data[i]!), 0) / turned.data.length;
      const upsideDown =
        reference.data.reduce((sum, _, i) => sum + Math.abs(reference.data[i]! - reference.data.at(-1 - (i ^ 3))!), 0) /
        turned.data.length;
      expect(error).toBeLessThan(upsideDown / 3);
    }
  });
});
