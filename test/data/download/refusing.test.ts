// What does not land: other files than the expected one, from other addresses than they should come from, to places that do not
// take them; and what is there already.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { content, expected, other, useDownloads } from './harness.js';
import { type Answer, cutAfter, file, md5 } from './server.js';

const downloads = await useDownloads();
const { server, get } = downloads;

describe('wrong files', () => {
  const endless: Answer = (_, response) => response.writeHead(200).write(Buffer.concat([content, content]));
  const wrong: [string, Answer, string][] = [
    ['of another content', file(other), `its md5 is ${md5(other)}; expected ${expected.md5}`],
    ['that are shorter', file(other.subarray(0, 1000)), 'it has 1,000 bytes; expected 300,000 bytes'],
    ['that do not end', endless, 'expected 300,000 bytes'],
    [
      'that are a web page',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html', 'content-length': 5 }).end('hello'),
      'it has 5 bytes (a web page); expected 300,000 bytes',
    ],
  ];
  it.each(wrong)('%s are named, not tried again, and leave nothing', async (_, answer, says) => {
    server.rest = answer;
    await expect(get(expected)).rejects.toMatchObject({ code: 'weights', message: expect.stringContaining(says) });
    expect(server.requests).toHaveLength(1);
    expect(readdirSync(downloads.folder)).toEqual([]);
  });

  it('a wrong file that comes in pieces is fetched anew once, and then given up', async () => {
    const pieces = file(other, undefined, cutAfter(100_000));
    server.rest = (request, response) => (request.headers.range ? file(other) : pieces)(request, response);
    await expect(get(expected)).rejects.toThrow(`its md5 is ${md5(other)}; expected ${expected.md5}`);
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', undefined, 'bytes=100000-']);
    expect(readdirSync(downloads.folder)).toEqual([]);
  });

  it('a wrong answer does not cost what is there', async () => {
    await downloads.leavePart(100_000, file(content, { etag: '"a"' }, cutAfter(100_000)));
    server.next = [file(other.subarray(0, 1000), { etag: '"b"' })];
    await expect(get(expected)).rejects.toThrow('The 100,000 bytes that came are kept');
    await get(expected);
    expect(server.requests.map(({ range }) => range)).toEqual(['bytes=100000-', 'bytes=100000-']);
    downloads.expectLanded();
  });

  const statuses: [number, number, RegExp][] = [
    [404, 1, /answered 404 Not Found: there is no such file there\./],
    [403, 1, /answered 403 Forbidden: it does not hand the file out\./],
    [206, 1, /answered 206 Partial Content/],
    [503, 3, /answered 503 Service Unavailable \(3 tries\)/],
  ];
  it.each(statuses)('status %i, asked %i times', async (status, times, says) => {
    server.rest = (_, response) => response.writeHead(status).end();
    await expect(get()).rejects.toThrow(says);
    expect(server.requests).toHaveLength(times);
    expect(readdirSync(downloads.folder)).toEqual([]);
  });
});

describe('several addresses', () => {
  const urls = () => [server.url, server.url.replace('file.h5', 'mirror/file.h5')];

  it('are tried in order, and another one goes on where the first one ended if the md5 is known', async () => {
    server.next = [file(content, { etag: '"a"' }, cutAfter(100_000)), (_, response) => response.writeHead(404).end()];
    await get({ ...expected, urls: urls() });
    expect(server.requests.slice(1)).toEqual([
      { range: 'bytes=100000-', ifRange: '"a"' },
      { range: 'bytes=100000-', ifRange: undefined },
    ]);
    downloads.expectLanded();
    expect(downloads.said.at(-1)).toMatch(/404 Not Found.* Trying the next address/);
  });

  it('a wrong file from the first one', async () => {
    server.next = [file(other)];
    await get({ ...expected, urls: urls() });
    downloads.expectLanded();
  });

  it('all of them are named where none has it', async () => {
    server.rest = (_, response) => response.writeHead(404).end();
    await expect(get({ urls: urls() })).rejects.toThrow(
      /\/file\.h5: .*404.*\/mirror\/file\.h5: .*404.*Check the address/,
    );
  });
});

describe('what is there already', () => {
  const place = (bytes: Buffer) => {
    mkdirSync(downloads.folder);
    writeFileSync(downloads.target, bytes);
  };

  it('is checked, and not downloaded', async () => {
    place(content);
    writeFileSync(`${downloads.target}.part.json`, '{}'); // of a run that was killed right after the rename
    const result = { file: downloads.target, bytes: content.length, md5: expected.md5, downloaded: false };
    expect(await get({ ...expected, md5: expected.md5.toUpperCase() })).toEqual(result);
    expect(server.requests).toEqual([]);
    downloads.expectLanded();
  });

  it('stays if it is another file, unless it is forced; then the old one stays until the new one is whole', async () => {
    place(other);
    await expect(get(expected)).rejects.toThrow(
      `is there already, but its md5 is ${md5(other)}; expected ${expected.md5}`,
    );
    server.next = [(_, response) => response.writeHead(404).end()];
    await expect(get({ ...expected, force: true })).rejects.toThrow('404');
    downloads.expectLanded(other);
    expect(await get({ ...expected, force: true })).toMatchObject({ downloaded: true });
    downloads.expectLanded();
  });

  it('a link stays, and what it leads to is replaced', async () => {
    place(other);
    const link = join(downloads.folder, 'link.h5');
    symlinkSync('vgg.h5', link);
    await get({ ...expected, file: link, force: true });
    expect(readdirSync(downloads.folder)).toEqual(['link.h5', 'vgg.h5']);
    expect(readFileSync(downloads.target).equals(content)).toBe(true);
  });
});

describe('places that take no file', () => {
  it('a file in the way of the folder, a folder in the way of the file', async () => {
    writeFileSync(downloads.folder, '');
    await expect(get()).rejects.toMatchObject({ code: 'output', message: expect.stringContaining('Cannot write') });
    downloads.renew();
    mkdirSync(downloads.target, { recursive: true });
    await expect(get()).rejects.toMatchObject({ code: 'output', message: expect.stringContaining('it is a folder') });
    expect(server.requests).toEqual([]);
  });

  it('a disk that is full from the start', async () => {
    const size = 2 ** 52;
    server.rest = (_, response) => response.writeHead(200, { 'content-length': size }).write('x');
    await expect(get()).rejects.toMatchObject({
      code: 'output',
      message: expect.stringMatching(
        /vgg\.h5 needs 4,503,599,627,370,496 bytes more, but the disk of .* has [\d,]+ bytes left/,
      ),
    });
    expect(readdirSync(downloads.folder)).toEqual([]);
  });

  it.skipIf(!existsSync('/dev/full'))('a disk that gets full', async () => {
    mkdirSync(downloads.folder);
    symlinkSync('/dev/full', `${downloads.target}.part`);
    await expect(get()).rejects.toMatchObject({ code: 'output', message: expect.stringContaining('the disk is full') });
    expect(readdirSync(downloads.folder)).toEqual([]);
  });
});

it('refuses addresses and md5s that are none', async () => {
  const none = [
    [{ urls: [] }, 'There is no address'],
    [{ urls: ['vgg16.h5'] }, "'vgg16.h5' is no address"],
    [{ urls: ['ftp://127.0.0.1/x'] }, "'ftp://127.0.0.1/x' is no address"],
    [{ urls: ['http://me:secret@127.0.0.1/x'] }, 'The address on 127.0.0.1 has a password in it'],
    [{ md5: '1234' }, "'1234' is no md5; expected 32 hexadecimal digits"],
  ] as const;
  for (const [options, message] of none) {
    await expect(get(options)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) });
  }
  expect(existsSync(downloads.folder)).toBe(false);
});
