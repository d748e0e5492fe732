// Files that are no weights, or not whole: each is refused with what it is, what was expected, and what to do.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { File, ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { openWeights } from '../../../src/data/keras/weights-file.js';
import { hasShared, itWith, SHARED } from '../../shared.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { sampleVgg16, writeSample } from './samples.js';

const folder = temporaryFolder();
const good = join(folder, 'good.h5');

beforeAll(async () => {
  await writeSample(good, sampleVgg16(), {});
});

const refusal = (path: string): Promise<string> =>
  openWeights(path).then(
    () => 'opened',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

function made(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('what is no weights file', () => {
  it('a path of nothing, with the files that are there', async () => {
    expect(await refusal(join(folder, 'goood.h5'))).toMatch(
      /^weights: .*goood\.h5 does not exist\. That folder has .*good\.h5/,
    );
    expect(await refusal(join(folder, 'nowhere', 'a.h5'))).toMatch(/does not exist\. Nor does its folder/);
  });

  it('a folder', async () => {
    mkdirSync(join(folder, 'saved'));
    expect(await refusal(join(folder, 'saved'))).toMatch(/is a folder/);
  });

  it.each([
    ['empty.h5', '', /is empty.*download it again/],
    ['page.h5', '\n<!DOCTYPE html><html><title>Sign in</title>', /not an HDF5 file: it looks like a web page/],
    ['error.h5', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', /XML document/],
    ['error.json.h5', '{"message": "Not Found"}', /JSON document/],
    ['pointer.h5', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /Git LFS pointer.*git lfs pull/],
    ['zeros.h5', new Uint8Array(4096), /zeros/],
    ['archive.h5', Uint8Array.of(0x1f, 0x8b, 8, 0), /gzip/],
    ['text.h5', 'hello there', /text beginning "hello there"/],
    ['noise.h5', Uint8Array.of(1, 2, 3, 200, 201), /unknown binary data \(5 bytes\)/],
    ['cut.h5', Uint8Array.of(0x89, 0x48, 0x44, 0x46), /only the first bytes of an HDF5 file/],
    ['zip.h5', Buffer.from('PK\x03\x04 and no more'), /damaged zip archive/],
    ['empty-zip.h5', Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]), /not an HDF5 file/],
  ])('%s', async (name, content, expected) => {
    const message = await refusal(made(name, content));
    expect(message).toMatch(/^weights: /);
    expect(message).toMatch(expected);
    expect(message).toContain(name);
  });

  const picture = 'data/vgg16-blocks1-2/persian_cat.jpg';
  itWith(hasShared(picture), picture)('a JPEG renamed .h5', async () => {
    expect(await refusal(made('cat.h5', readFileSync(join(SHARED, picture))))).toMatch(/looks like a JPEG picture/);
  });

  it('HDF5 that Keras did not write', async () => {
    await ready;
    const file = new File(join(folder, 'other.h5'), 'w');
    file.create_dataset({ name: 'measurements', data: new Float32Array(3) });
    file.close();
    expect(await refusal(join(folder, 'other.h5'))).toMatch(
      /not a Keras weights file: it holds measurements; expected/,
    );
  });

  it('layers without weights, and weights that are named but missing', async () => {
    expect(await refusal(await writeSample(join(folder, 'none.h5'), [], {}))).toMatch(/none of them has weights/);
    const path = await writeSample(join(folder, 'named.h5'), sampleVgg16().slice(0, 1), {
      change: (root) => root.get('input_1') && root.create_group('x').create_attribute('weight_names', ['y']),
    });
    const file = new File(path, 'a');
    file.delete_attribute('layer_names');
    file.create_attribute('layer_names', ['x']);
    file.close();
    expect(await refusal(path)).toMatch(/layer x names a weight y that the file does not hold/);
  });
});

describe('files cut short', () => {
  it.each([9, 40, 95, 100, 1000, 0.25, 0.5, 0.9, -1])('at %d', async (point) => {
    const whole = readFileSync(good);
    const end = point < 0 ? whole.length + point : point < 1 ? Math.floor(whole.length * point) : point;
    expect(await refusal(made(`cut-${point}.h5`, whole.subarray(0, end)))).toMatch(
      /half-downloaded.*download it again/,
    );
  });

  it('damaged where the header says nothing of it, and still works afterwards', async () => {
    const damaged = Buffer.from(readFileSync(good));
    damaged.fill(0xff, 96, 1200);
    expect(await refusal(made('damaged.h5', damaged))).toMatch(/^weights: .*is damaged.*download it again/);
    const file = await openWeights(good);
    expect(file.readBias(0)).toEqual(sampleVgg16()[0]?.bias);
    await file.close();
    await file.close();
    expect(() => file.readBias(0)).toThrow(/was closed/);
  });
});
