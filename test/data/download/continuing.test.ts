// Going on with what an earlier run left: the beginning of one file is never glued to the end of another.
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { content, expected, other, useDownloads } from './harness.js';
import { file, stallAfter } from './server.js';

const downloads = await useDownloads();

describe('answers that do not fit what is there', () => {
  const date = 'Mon, 23 Nov 2015 10:00:00 GMT';
  const later = 'Tue, 24 Nov 2015 10:00:00 GMT';
  const changed: [string, Record<string, string>, Record<string, string>][] = [
    ['ETag', { etag: '"a"' }, { etag: '"b"' }],
    ['Last-Modified', { 'last-modified': date }, { 'last-modified': later }],
    [
      'Last-Modified beside a weak ETag',
      { etag: 'W/"a"', 'last-modified': date },
      { etag: 'W/"b"', 'last-modified': later },
    ],
  ];
  it.each(changed)('a file with another %s by now is fetched anew', async (_, before, after) => {
    await downloads.leavePart(100_000, file(other, before, stallAfter(100_000)));
    downloads.server.rest = file(content, after);
    await downloads.get();
    expect(downloads.server.requests).toEqual([
      { range: 'bytes=100000-', ifRange: before['last-modified'] ?? before.etag },
    ]);
    downloads.expectLanded();
    expect(downloads.said).toEqual([expect.stringContaining('does not go on from 100,000 bytes: starting anew')]);
  });

  it('the same, from a server that ignores If-Range', async () => {
    await downloads.leavePart(100_000, file(other, { etag: '"a"' }, stallAfter(100_000)));
    const partOfNew = file(content, { etag: '"b"' });
    downloads.server.next = [
      (request, response) => {
        delete request.headers['if-range'];
        return partOfNew(request, response);
      },
    ];
    await downloads.get();
    downloads.expectLanded();
  });

  const ranges: [string, number, Record<string, string>][] = [
    ['a range from elsewhere', 206, { 'content-range': `bytes 0-${content.length - 1}/${content.length}` }],
    ['a range of a larger file', 206, { 'content-range': `bytes 100000-399999/400000` }],
    ['a range that is none', 206, { 'content-range': 'all of it' }],
    ['part of a compressed body', 206, { 'content-range': 'bytes 100000-299999/300000', 'content-encoding': 'gzip' }],
    ['that there is no such range', 416, { 'content-range': 'bytes */50' }],
  ];
  it.each(ranges)('the server says %s', async (_, status, headers) => {
    await downloads.leavePart(100_000, file(content, undefined, stallAfter(100_000)));
    downloads.server.next = [
      (_request, response) => response.writeHead(status, headers).end(content.subarray(0, 1000)),
    ];
    await downloads.get();
    expect(downloads.server.requests.map(({ range }) => range)).toEqual(['bytes=100000-', undefined]);
    downloads.expectLanded();
  });

  it('without anything to tell versions apart, a file of unknown md5 is fetched anew, one of known md5 goes on', async () => {
    for (const [known, range] of [
      [{}, undefined],
      [expected, 'bytes=100000-'],
    ] as const) {
      downloads.renew();
      await downloads.leavePart(100_000, file(content, {}, stallAfter(100_000)));
      downloads.server.rest = file(content, {});
      await downloads.get(known);
      expect(downloads.server.requests).toEqual([{ range, ifRange: undefined }]);
      downloads.expectLanded();
    }
  });

  it('a description that is torn, absent, or of another address is not trusted', async () => {
    for (const description of ['{"url": "htt', '[]', '', JSON.stringify({ url: 'http://127.0.0.1/b', etag: '"x"' })]) {
      downloads.renew();
      mkdirSync(downloads.folder);
      if (description) writeFileSync(`${downloads.target}.part.json`, description);
      writeFileSync(`${downloads.target}.part`, 'of another file');
      await downloads.get();
      expect(downloads.server.requests).toEqual([{ range: undefined, ifRange: undefined }]);
      downloads.expectLanded();
    }
  });

  it('pieces that do not make the file, though all answers fit: anew, once', async () => {
    mkdirSync(downloads.folder);
    writeFileSync(`${downloads.target}.part`, other.subarray(0, 100_000));
    await downloads.get(expected);
    expect(downloads.server.requests.map(({ range }) => range)).toEqual(['bytes=100000-', undefined]);
    downloads.expectLanded();
    expect(downloads.said).toEqual([
      expect.stringMatching(/several pieces is not the file: its md5 is .*; expected .*Starting anew/),
    ]);
  });

  it('everything is there, and the run was killed before it could put it in its place: nothing is fetched', async () => {
    const whole = { url: downloads.server.url, etag: '"x"', total: content.length };
    for (const known of [{}, expected]) {
      downloads.renew();
      mkdirSync(downloads.folder);
      writeFileSync(`${downloads.target}.part`, content);
      writeFileSync(`${downloads.target}.part.json`, JSON.stringify(whole));
      expect(await downloads.get(known)).toMatchObject({ downloaded: true, md5: expected.md5 });
      expect(downloads.server.requests).toEqual([]);
      downloads.expectLanded();
    }
  });

  it('more is there than the file has', async () => {
    mkdirSync(downloads.folder);
    writeFileSync(`${downloads.target}.part`, Buffer.concat([content, content]));
    await downloads.get(expected);
    downloads.expectLanded();
  });
});
