// Zip archives as the source of a split: all that zip has, and archives that lie, are damaged, or want to write elsewhere.
import { mkdirSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { type SplitOptions, splitPictures } from '../../../src/data/split/split-pictures.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { catsAndDogs, failure, options, tree, writeFiles } from './folders.js';
import { type ZipEntry, zipOf } from './zip-writer.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, statfs: vi.fn(real.statfs) };
});

const base = temporaryFolder();
let made = 0;
const fresh = (name: string) => join(base, `${made++}`, name);
function archive(bytes: Buffer): string {
  const path = fresh('train.zip');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}
const pictures = catsAndDogs(15);
const entryOf = (name: string, more: Partial<ZipEntry> = {}): ZipEntry => ({ name, data: `picture ${name}`, ...more });
const entries = pictures.map((name) => entryOf(name));
const split = (source: string, out: string, more?: Partial<SplitOptions>) =>
  splitPictures(options([source], out, more));
const reference = fresh('data');
const result = splitPictures(options([writeFiles(fresh('photos'), pictures)], reference));

describe('an archive', () => {
  const inFolder = (name: string) => ({ ...entryOf(name), name: `train/${name}` });
  it.each<[string, Buffer]>([
    ['deflated', zipOf(entries)],
    ['stored, the other way round', zipOf(entries.map((entry) => ({ ...entry, method: 0 })).reverse())],
    ['in a folder', zipOf([{ name: 'train/', data: '', method: 0 }, ...pictures.map(inFolder)])],
    ['below ./', zipOf(pictures.map((name) => ({ ...entryOf(name), name: `./${name}` })))],
    ['zip64', zipOf(entries, { zip64: true })],
  ])('%s is the same split as the folder', async (_, bytes) => {
    const out = fresh('data');
    expect(await split(archive(bytes), out)).toEqual(await result);
    expect(tree(out)).toEqual(tree(reference));
    expect(await split(archive(bytes), out)).toMatchObject({ already: 30 });
  });

  it('of a test set becomes test/unknown, empty and larger pictures too', async () => {
    const large = 'x'.repeat(3_000_000);
    const out = fresh('data');
    const bytes = zipOf([entryOf('test/1.jpg', { data: '' }), entryOf('test/2.jpg', { data: large })]);
    expect((await split(archive(bytes), out)).counts.test).toEqual({ unknown: 2 });
    expect(tree(out)).toEqual({ 'test/unknown/1.jpg': '', 'test/unknown/2.jpg': large });
  });

  it('leaves out what is no picture, links, and what systems add', async () => {
    const others = ['__MACOSX/._cat.0.jpg', '__MACOSX/x/._y.jpg', '.DS_Store', 'Thumbs.db', 'read.me'].map((name) =>
      entryOf(name),
    );
    const path = archive(
      zipOf([...entries, ...others, entryOf('cat.99.jpg', { data: '/etc/passwd', mode: 0o120777 })]),
    );
    expect(await split(path, fresh('data'))).toEqual({
      ...(await result),
      leftOut: [join(path, 'read.me'), join(path, 'cat.99.jpg')],
      hidden: 3,
    });
  });

  it('may lie beside the pictures of another source, and where the split goes', async () => {
    const root = writeFiles(fresh('all'), Object.fromEntries(pictures.map((name) => [name, `picture ${name}`])));
    const test = join(root, 'test.zip');
    writeFileSync(test, zipOf([entryOf('1.jpg')]));
    const { counts, leftOut } = await splitPictures(options([root, test], fresh('data')));
    expect({ counts, leftOut }).toEqual({
      counts: { ...(await result).counts, test: { unknown: 1 } },
      leftOut: [test],
    });
    expect((await split(test, root)).counts.test).toEqual({ unknown: 1 });
  });

  it('cannot be moved; its samples are linked with --link', async () => {
    const path = archive(zipOf(entries));
    expect(await failure(split(path, fresh('data'), { placing: 'move' }))).toMatch(
      /usage: --move .* is an archive\. Use --copy/,
    );
    const out = fresh('data');
    expect(await split(path, out, { placing: 'link' })).toMatchObject({ copiedInstead: 0 });
    expect(tree(out)).toEqual(tree(reference));
  });
});

describe('refuses before anything is written', () => {
  const including = (...more: ZipEntry[]) => zipOf([...entries, ...more]);
  const bomb = deflateRawSync(Buffer.alloc(1000));
  it.each<[string, Buffer, RegExp]>([
    [
      '../',
      including(entryOf('../cat.99.jpg')),
      /may point outside .*\(invalid relative path: \.\.\/cat\.99\.jpg\)\. Nothing was unpacked/,
    ],
    ['.. further in', including(entryOf('train/../../x.sh')), /may point outside/],
    ['absolute paths', including(entryOf('/tmp/cat.99.jpg')), /may point outside .*absolute path/],
    ['drive letters', including(entryOf('C:cat.99.jpg')), /may point outside .*absolute path: C:/],
    ['backslashes', including(entryOf('..\\cat.99.jpg')), /may point outside .*invalid characters/],
    ['NUL', including(entryOf('cat.99.jpg\0.txt')), /may point outside .*NUL in a name/],
    ['a name twice', including(entryOf('cat.3.jpg')), /holds cat\.3\.jpg twice/],
    ['two names that become one', including(entryOf('./cat.3.jpg')), /holds cat\.3\.jpg twice/],
    [
      'encryption',
      including(entryOf('cat.99.jpg', { flags: 0x801 })),
      /is encrypted \(cat\.99\.jpg\)\. Unpack it with its password/,
    ],
    ['strong encryption', including(entryOf('cat.99.jpg', { flags: 0x841 })), /is encrypted \(after dog\.14\.jpg\)/],
    ['other compression', including(entryOf('cat.99.jpg', { method: 14 })), /compressed by method 14 \(cat\.99\.jpg\)/],
    [
      'a bomb',
      including(entryOf('cat.99.jpg', { says: { size: 4e9 }, data: bomb })),
      /would unpack to 4000000\d+ bytes/,
    ],
    [
      'entries that overlap',
      including(entryOf('cat.99.jpg', { says: { packed: 1e6 } })),
      /more than its own \d+: they overlap/,
    ],
    ['a truncated archive', including().subarray(0, -40), /is a damaged zip archive .*download it again/],
    ['half an archive', including().subarray(0, 900), /is a damaged zip archive \(End of central directory/],
    [
      'a directory cut out',
      Buffer.concat([including().subarray(0, 1500), including().subarray(-400)]),
      /is a damaged zip archive/,
    ],
    ['an empty archive', zipOf([]), /No pictures in/],
    ['a web page', Buffer.from('<html>please log in</html>'), /is neither a folder nor a zip archive/],
    ['an empty file', Buffer.alloc(0), /is neither a folder nor a zip archive/],
  ])('%s', async (_, bytes, message) => {
    const out = fresh('data');
    const said = await failure(split(archive(bytes), out));
    expect(said).toMatch(message);
    expect(said).toMatch(/^pictures: .*train\.zip/);
    expect(tree(dirname(dirname(out)))).not.toHaveProperty(['x.sh']);
    expect(tree(out)).toEqual({});
  });

  it('what does not fit on the disk', async () => {
    const out = fresh('data');
    vi.mocked(statfs).mockResolvedValueOnce({ bavail: 1, bsize: 100 } as never);
    const path = archive(zipOf(entries));
    expect(await failure(split(path, out))).toMatch(
      /output: Cannot unpack into .*: 1 MB are needed, and 0 MB are free/,
    );
    expect(tree(out)).toEqual({});
    expect((await split(path, out)).counts).toEqual((await result).counts);
  });
});

describe('a damaged entry is named, and leaves nothing half', () => {
  const flipped = (): Buffer => {
    const bytes = zipOf(entries.map((entry) => ({ ...entry, method: 0 })));
    bytes[bytes.indexOf('picture cat.7.jpg')]! ^= 1;
    return bytes;
  };
  const target = 'cat.7.jpg';
  const lying = (says: ZipEntry['says'], method = 8) =>
    zipOf(entries.map((entry) => (entry.name === target ? { ...entry, method, says: says! } : entry)));
  it.each<[string, Buffer, RegExp]>([
    ['a flipped bit', flipped(), /at cat\.7\.jpg \(its checksum is another\)\. Delete it and download it again/],
    ['another checksum', lying({ crc: 1 }), /at cat\.7\.jpg \(its checksum is another\)/],
    ['more bytes than announced', lying({ size: 3 }), /at cat\.7\.jpg \(too many bytes in the stream/],
    ['fewer bytes than announced', lying({ size: 300 }), /at cat\.7\.jpg \(not enough bytes in the stream/],
    ['a deflate stream cut short', lying({ packed: 5 }), /at cat\.7\.jpg \(/],
  ])('%s', async (_, bytes, message) => {
    const out = fresh('data');
    expect(await failure(split(archive(bytes), out))).toMatch(message);
    const there = tree(out);
    expect(Object.keys(there).filter((path) => path.includes('.tmp') || path.endsWith(target))).toEqual([]);
    expect(tree(reference)).toMatchObject(there);
    if (message.source.includes('checksum')) {
      expect((await split(archive(zipOf(entries)), out)).counts).toEqual((await result).counts); // downloaded again
      expect(tree(out)).toEqual(tree(reference));
    }
  });
});
