// Downloads from a server that behaves, and from one that stalls, cuts off and fails: what lands is the whole file.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { content, expected, useDownloads } from './harness.js';
import { type Answer, cutAfter, file, slowly, stallAfter } from './server.js';

const downloads = await useDownloads();

describe('a server that behaves', () => {
  it('gives the file, with progress to its end', async () => {
    const seen: number[] = [];
    const result = await downloads.get({
      ...expected,
      onProgress({ phase, done, total }) {
        expect({ phase, total }).toEqual({ phase: 'download', total: content.length });
        seen.push(done);
      },
    });
    expect(result).toEqual({ file: downloads.target, bytes: content.length, md5: expected.md5, downloaded: true });
    downloads.expectLanded();
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(content.length);
    expect(downloads.server.requests).toEqual([{ range: undefined, ifRange: undefined }]);
    expect(downloads.server.encoding, 'compressed bytes could not be counted or gone on from').toBe('identity');
  });

  it('may leave the length out, be slow, redirect, have an empty file, or compress', async () => {
    downloads.server.next = [(_, response) => response.writeHead(200).write(content, () => response.end())];
    await downloads.get();
    downloads.expectLanded();
    downloads.server.next = [file(content, {}, slowly(30_000, 40))];
    await downloads.get({ force: true });
    downloads.server.next = [(_, response) => response.writeHead(302, { location: '/moved' }).end()];
    await downloads.get({ ...expected, force: true });
    const packed = gzipSync(content);
    const headers = { 'content-encoding': 'gzip', 'content-length': packed.length, etag: '"packed"' };
    downloads.server.next = [(_, response) => response.writeHead(200, headers).end(packed)];
    await downloads.get({ ...expected, force: true });
    downloads.expectLanded();
    expect(downloads.said).toEqual([]);
    downloads.server.next = [file(Buffer.alloc(0))];
    expect(await downloads.get({ force: true })).toMatchObject({ bytes: 0 });
    downloads.expectLanded(Buffer.alloc(0));
  });
});

describe('attempts that fail and go on', () => {
  const breaks: [string, Answer, RegExp][] = [
    ['stalls', file(content, undefined, stallAfter(100_000)), /At 100,000 bytes: no byte came for 0\.2 s\. Trying/],
    [
      'is cut off',
      file(content, undefined, cutAfter(100_000)),
      /At 100,000 bytes: the connection was cut off\. Trying/,
    ],
  ];
  it.each(breaks)('a connection that %s', async (_, answer, says) => {
    downloads.server.next = [answer];
    await downloads.get();
    downloads.expectLanded();
    expect(downloads.server.requests[1]).toEqual({ range: 'bytes=100000-', ifRange: `"${expected.md5}"` });
    expect(downloads.said).toEqual([expect.stringMatching(says)]);
  });

  it('a server that stalls before it answers, or fails for a while', async () => {
    downloads.server.next = [() => undefined, (_, response) => response.writeHead(503).end()];
    await downloads.get(expected);
    downloads.expectLanded();
    expect(downloads.said).toEqual([
      expect.stringContaining('no byte came'),
      expect.stringContaining('the server answered 503 Service Unavailable'),
    ]);
  });

  it('a body without a length that ends early', async () => {
    downloads.server.next = [
      (_, response) => response.writeHead(200).write(content.subarray(0, 100_000), () => response.end()),
    ];
    await downloads.get(expected);
    downloads.expectLanded();
    expect(downloads.server.requests[1]).toEqual({ range: 'bytes=100000-', ifRange: undefined });
  });

  it('tries that bring it further do not count', async () => {
    downloads.server.next = [1, 2, 3, 4, 5].map(() => file(content, undefined, cutAfter(50_000)));
    await downloads.get({ tries: 2 });
    downloads.expectLanded();
    expect(downloads.server.requests.map(({ range }) => range)).toEqual([
      undefined,
      ...[50, 100, 150, 200, 250].map((kilo) => `bytes=${kilo}000-`),
    ]);
  });

  it('gives up in the end, names the reason, and keeps what came', async () => {
    downloads.server.rest = file(content, undefined, stallAfter(0));
    downloads.server.next = [file(content, undefined, cutAfter(100_000))];
    await expect(downloads.get({ tries: 2 })).rejects.toMatchObject({
      code: 'weights',
      message: expect.stringMatching(
        /vgg\.h5 could not be downloaded\. http.*file\.h5: no byte came for 0\.2 s \(2 tries\)\. The 100,000 bytes that came are kept/,
      ),
    });
    expect(readFileSync(`${downloads.target}.part`).equals(content.subarray(0, 100_000))).toBe(true);
    downloads.server.rest = file(content);
    await downloads.get();
    downloads.expectLanded();
  });

  it('a server that knows no ranges and never comes to the end', async () => {
    const lengths = [100_000, 10_000, 20_000, 30_000, 40_000];
    downloads.server.rest = (request, response) => {
      delete request.headers.range;
      return file(content, undefined, cutAfter(lengths.shift()!))(request, response);
    };
    await expect(downloads.get({ tries: 3 })).rejects.toThrow('the connection was cut off (3 tries)');
    expect(downloads.server.requests).toHaveLength(3);
  });

  it('a host that refuses connections', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    await expect(downloads.get({ urls: [`http://127.0.0.1:${port}/x.h5`], tries: 1 })).rejects.toThrow(
      'refuses connections (1 try)',
    );
    expect(readdirSync(downloads.folder)).toEqual([]);
  });
});
