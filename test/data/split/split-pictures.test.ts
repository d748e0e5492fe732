// Splits of folders: what is made of each arrangement, and what is refused.
import { mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readImageFolder } from '../../../src/data/pictures/image-folder.js';
import { itWith } from '../../shared.js';
import { counts, failure, freshPaths, pictures, split, tree, writeFiles } from './folders.js';

const fresh = freshPaths();

describe('a folder', () => {
  it.each(['copy', 'link', 'move'] as const)('becomes train, valid and samples by %s', async (placing) => {
    const source = writeFiles(fresh('photos'), pictures);
    const inodes = new Set(pictures.map((name) => statSync(join(source, name)).ino));
    const out = fresh('data');
    expect(await split([source], out, { placing })).toEqual({
      ...{ counts, leftOut: [], hidden: 0, already: 0, copiedInstead: 0 },
    });
    const files = tree(out);
    expect(Object.keys(files)).toHaveLength(36);
    for (const [path, content] of Object.entries(files)) {
      const [, folder, name] = path
        .match(/^(?:sample\/)?(?:train|valid)\/(cats|dogs)\/((?:cat|dog)\.\d+\.jpg)$/)!
        .slice(0);
      expect(content).toBe(`picture ${name}`);
      expect(folder).toBe(`${name!.split('.')[0]}s`);
      const shared = inodes.has(statSync(join(out, path)).ino);
      expect(shared).toBe(placing === 'link' || (placing === 'move' && !path.startsWith('sample/')));
    }
    expect(Object.keys(tree(source))).toHaveLength(placing === 'move' ? 0 : 30);
    expect((await readImageFolder(join(out, 'train'))).files).toHaveLength(24);
  });

  it('is the same split however its pictures come and lie', async () => {
    const flat = writeFiles(fresh('a'), pictures);
    const deep = writeFiles(
      fresh('b'),
      Object.fromEntries([...pictures].reverse().map((name) => [`train/${name}`, `picture ${name}`])),
    );
    const folders = writeFiles(
      fresh('c'),
      Object.fromEntries(pictures.map((name) => [`${name.slice(0, 3)}s/${name}`, `picture ${name}`])),
    );
    const outs = await Promise.all(
      [flat, deep, folders, flat].map(async (source, i) => {
        const out = fresh('data');
        await split([source], out, { placing: i === 3 ? 'link' : 'copy' });
        return tree(out);
      }),
    );
    for (const other of outs.slice(1)) expect(other).toEqual(outs[0]);
    const out = fresh('data');
    await split([flat], out, { seed: 43 });
    expect(Object.keys(tree(out))).not.toEqual(Object.keys(outs[0]!));
  });

  it('without classes becomes test/unknown, in the same run or a later one', async () => {
    const train = writeFiles(fresh('train'), pictures);
    const test = writeFiles(fresh('test'), ['1.jpg', '2.jpg', '10.jpg']);
    const [together, apart] = [fresh('data'), fresh('data')];
    const result = await split([train, test], together);
    expect(result.counts).toEqual({ ...counts, test: { unknown: 3 } });
    expect((await split([test], apart, { seed: 1 })).counts.test).toEqual({ unknown: 3 });
    expect((await split([train], apart)).counts).toEqual(counts);
    expect(tree(apart)).toEqual(tree(together));
    expect(await split([train, test], apart)).toMatchObject({ already: 33 });
  });

  it('keeps no samples where they are 0, and follows links unless it moves', async () => {
    const elsewhere = writeFiles(fresh('elsewhere'), ['far.jpg', 'dogs/1.jpg', 'dogs/2.jpg']);
    const source = writeFiles(fresh('photos'), ['cats/1.jpg', 'cats/2.jpg']);
    symlinkSync(join(elsewhere, 'dogs'), join(source, 'dogs'));
    symlinkSync(join(elsewhere, 'far.jpg'), join(source, 'cats', '3.jpg'));
    symlinkSync('nowhere.jpg', join(source, 'cats', 'lost.jpg'));
    symlinkSync(source, join(source, 'dogs', 'round'));
    const few = { valid: 2, sampleTrain: 0, sampleValid: 0 };
    for (const placing of ['copy', 'link'] as const) {
      const out = fresh('data');
      const { leftOut, counts: found } = await split([source], out, { ...few, placing });
      expect(leftOut).toEqual([join(source, 'cats', 'lost.jpg')]);
      expect(found).toMatchObject({ train: { cats: 2, dogs: 1 }, valid: { cats: 1, dogs: 1 }, 'sample/train': {} });
      expect(Object.values(tree(out)).sort()).toEqual(
        ['cats/1.jpg', 'cats/2.jpg', 'dogs/1.jpg', 'dogs/2.jpg', 'far.jpg'].map((name) => `picture ${name}`),
      );
    }
    expect(await failure(split([source], fresh('data'), { ...few, placing: 'move' }))).toMatch(
      /usage: --move takes only pictures that lie in a folder, but .* is a link to somewhere else\. Use --copy or --link\./,
    );
  });

  it('leaves out what is no picture, by name, and counts what is hidden', async () => {
    const others = ['.DS_Store', '.git/x.jpg', '__MACOSX/._cat.1.jpg', 'Thumbs.db', 'labels.csv', 'notes/read.me'];
    const source = writeFiles(fresh('photos'), [...pictures, ...others]);
    const { leftOut, hidden, counts: found } = await split([source], fresh('data'));
    expect({ leftOut, hidden, found }).toEqual({
      leftOut: [join(source, 'labels.csv'), join(source, 'notes/read.me')],
      hidden: 4,
      found: counts,
    });
  });
});

describe('refuses', () => {
  it('sources that are missing, of another kind, or hold no pictures', async () => {
    const out = fresh('data');
    expect(await failure(split([], out))).toMatch(/usage: Name at least one SOURCE/);
    expect(await failure(split([fresh('none')], out))).toMatch(/pictures: .*none does not exist\./);
    const text = join(writeFiles(fresh('x'), { 'train.tar.gz': 'text' }), 'train.tar.gz');
    expect(await failure(split([text], out))).toMatch(/pictures: .* is neither a folder nor a zip archive/);
    const download = writeFiles(fresh('kaggle'), ['train.zip', 'test.zip', 'sample.csv']);
    expect(await failure(split([download], out))).toMatch(
      /No pictures in .*kaggle \(3 other files: .*Unpack it first and give test\.zip, train\.zip/,
    );
    expect(tree(out)).toEqual({});
  });

  it('two pictures that would be one', async () => {
    const [a, b] = [writeFiles(fresh('a'), pictures), writeFiles(fresh('b'), ['cat.3.jpg', 'cat.77.jpg'])];
    expect(await failure(split([a, b], fresh('data')))).toMatch(
      /pictures: .*a\/cat\.3\.jpg and .*b\/cat\.3\.jpg would both become cats\/cat\.3\.jpg/,
    );
  });

  it('folders that lie in each other', async () => {
    const source = writeFiles(fresh('photos'), Object.fromEntries(pictures.map((name) => [`train/${name}`, name])));
    const train = join(source, 'train');
    const refused = async (sources: string[], out: string, message: RegExp) =>
      expect(await failure(split(sources, out))).toMatch(message);
    await refused([train], train, /usage: --out .*train lies in .*train, which is to be split/);
    await refused([source], join(source, 'new', 'data'), /usage: --out .*data lies in .*photos/);
    await refused([train], source, /usage: .*train lies where the split is written/);
    await refused([source, train], fresh('data'), /usage: .*train lies in .*photos, or is the same/);
    await refused([train, train], fresh('data'), /or is the same/);
    const alias = fresh('alias');
    writeFiles(join(alias, '..'), []);
    symlinkSync(source, alias);
    await refused([source], join(alias, 'out'), /usage: --out .* lies in/);
    expect(Object.keys(tree(source))).toHaveLength(30);
  });
});

const memory = '/dev/shm';
const otherDisk = (() => {
  try {
    return statSync(memory).dev !== statSync(tmpdir()).dev;
  } catch {
    return false;
  }
})();

itWith(otherDisk, 'a second disk')('moves and links across disks by copying', async () => {
  const far = mkdtempSync(join(memory, 'vggpu-test-'));
  onTestFinished(() => rmSync(far, { recursive: true }));
  const [source, out] = [writeFiles(fresh('photos'), pictures), join(far, 'moved')];
  expect(await split([source], join(far, 'linked'), { placing: 'link' })).toMatchObject({ copiedInstead: 30, counts });
  expect((await split([source], out, { placing: 'move' })).counts).toEqual(counts);
  expect(tree(out)).toEqual(tree(join(far, 'linked')));
  expect(tree(source)).toEqual({});
});
