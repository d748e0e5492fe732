// The explorer's server: who knows the token reads the page, the network and its weights; nobody writes, nobody else reads.
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWeights } from '../../src/data/keras/weights-file.js';
import { readFrames } from '../../src/explore/frames.js';
import { type ModelSource, openModelSource } from '../../src/explore/model.js';
import { type ExploreServer, serve } from '../../src/explore/server.js';
import { describeLayers } from '../../src/nn/specification.js';
import { sampleVgg16, writeSample } from '../data/keras/samples.js';
import { temporaryFolder } from '../temporary-folder.js';

const weights = `${temporaryFolder()}/vgg.h5`;
const page = { type: 'text/html', bytes: Buffer.from('<p>page') };
let source: ModelSource;
let server: ExploreServer;

beforeAll(async () => {
  await writeSample(weights, sampleVgg16(), { channelsFirst: true, rotated: true });
  source = await openModelSource(weights);
  server = await serve({ source, files: new Map([['index.html', page]]) });
});

afterAll(async () => {
  await server.close();
  await source.close();
});

/** @param more replaces parts of the request */
function ask(path: string, more: { method?: string; headers?: Record<string, string> } = {}): Promise<number> {
  const { port } = new URL(server.address);
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, ...more }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end();
  });
}

const inside = (path: string) => new URL(server.address).pathname + path;

describe('what it answers', () => {
  it('the page, with headers that keep everything else out', async () => {
    const response = await fetch(server.address);
    expect(await response.text()).toBe('<p>page');
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*connect-src 'self'/);
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  });

  it('the network', async () => {
    const model = (await (await fetch(`${server.address}model.json`)).json()) as ModelSource['model'];
    expect(model).toEqual(JSON.parse(JSON.stringify(source.model)));
    expect(describeLayers(model.spec).length).toBeGreaterThan(13);
  });

  it.each([0, 13])('weights of layer %i by slices and panels, as the file has them', async (layer) => {
    const file = await openWeights(weights);
    const { kernelShape } = file.layers[layer]!;
    const columns = kernelShape.at(-1)!;
    const elements = kernelShape.reduce((product, size) => product * size, 1);
    const kernel = new Float32Array(elements).fill(Number.NaN);
    await file.readKernel(layer, (values, { firstRow }) => {
      kernel.set(values, firstRow * columns);
    });
    const bias = file.readBias(layer);
    await file.close();

    const half = Math.floor(columns / 2);
    const response = await fetch(`${server.address}weights/${layer}/kernel?panels=0-${half},${half}-${columns}`);
    const found = new Float32Array(elements).fill(Number.NaN);
    for await (const { place, values } of readFrames(response.body!)) {
      for (let row = 0; row < place.rows; row++) {
        const at = (place.firstRow + row) * columns + place.panel * half;
        found.set(values.subarray(row * place.columns, (row + 1) * place.columns), at);
      }
    }
    expect(found.every((value, i) => value === kernel[i])).toBe(true);
    const served = await fetch(`${server.address}weights/${layer}/bias`);
    expect(new Float32Array(await served.arrayBuffer())).toEqual(bias);
  });

  it('a client that leaves within a kernel does no harm', async () => {
    const { port, pathname } = new URL(server.address);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET ${pathname}weights/13/kernel HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect((await fetch(server.address)).status).toBe(200);
  });
});

describe('what it refuses', () => {
  it.each([
    ['no token', '/', 404],
    ['a wrong token of the right length', `/${'0'.repeat(32)}/`, 404],
    ['a path outside', 'TOKEN../../package.json', 404],
    ['a layer that is not there', 'TOKENweights/99/kernel', 404],
    ['panels that are none', 'TOKENweights/0/kernel?panels=a', 400],
  ])('%s', async (_, path, status) => {
    expect(await ask(path.replace('TOKEN', inside('')))).toBe(status);
  });

  it.each(['POST', 'PUT', 'DELETE', 'HEAD'])('%s', async (method) => {
    expect(await ask(inside(''), { method })).toBe(405);
  });

  it('the right path under another name, as a site that points its own name here would ask', async () => {
    expect(await ask(inside(''), { headers: { host: 'evil.example' } })).toBe(404);
  });

  it('a port that is taken', async () => {
    const port = Number(new URL(server.address).port);
    await expect(serve({ source, files: new Map(), port })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^Port \d+ is in use/),
    });
  });

  it('other addresses of this machine', async () => {
    const port = Number(new URL(server.address).port);
    const failed = await new Promise((resolve) => {
      connect(port, '127.0.0.2')
        .on('error', resolve)
        .on('connect', () => resolve('connected'));
    });
    expect(failed).toMatchObject({ code: 'ECONNREFUSED' });
  });
});
