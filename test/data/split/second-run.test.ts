// A second run into the same folder: it goes on, or is refused; and files of others are neither written over nor removed.
import { mkdirSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SplitOptions } from '../../../src/data/split/split-pictures.js';
import { counts, failure, freshPaths, pictures, split, tree, writeFiles } from './folders.js';

const fresh = freshPaths();

describe('a second run', () => {
  it('finds everything done, and does what is missing', async () => {
    const [source, out] = [writeFiles(fresh('photos'), pictures), fresh('data')];
    await split([source], out);
    const before = tree(out);
    const stamp = statSync(join(out, Object.keys(before)[0]!)).ctimeMs;
    expect(await split([source], out)).toMatchObject({ already: 30, counts });
    expect(statSync(join(out, Object.keys(before)[0]!)).ctimeMs).toBe(stamp);
    unlinkSync(join(out, Object.keys(before)[0]!));
    unlinkSync(join(out, Object.keys(before).at(-1)!));
    writeFileSync(join(out, 'train', 'cats', '.vggpu-split.0123456789abcdef.tmp'), 'half');
    writeFileSync(join(out, '..vggpu-split.json.0123456789ab.tmp'), '{');
    writeFileSync(join(out, 'train', 'cats', 'mine.jpg'), 'mine');
    expect(await split([source], out)).toMatchObject({ already: 28 });
    expect(tree(out)).toEqual({ ...before, 'train/cats/mine.jpg': 'mine' });
  });

  it('with other settings or pictures is refused, and says what differs', async () => {
    const [source, out] = [writeFiles(fresh('photos'), pictures), fresh('data')];
    await split([source], out);
    const before = tree(out);
    const refused = async (more: Partial<SplitOptions>, message: RegExp) =>
      expect(await failure(split([source], out, more))).toMatch(message);
    await refused(
      { seed: 7 },
      /usage: .*data holds another split: it was made with --seed 42, and now it is --seed 7\. Run it/,
    );
    await refused(
      { valid: 5, stratify: false },
      /with --valid 6, stratified classes, and now it is --valid 5, --no-stratify/,
    );
    await refused({ sampleTrain: 1, sampleValid: 1 }, /--sample-train 4, --sample-valid 2, and now/);
    await refused({ placing: 'move' }, /--copy, and now it is --move.*delete its train, valid/);
    writeFileSync(join(source, 'cat.99.jpg'), 'new');
    await refused({}, /1 pictures are new \(cats\/cat\.99\.jpg\)/);
    unlinkSync(join(source, 'cat.99.jpg'));
    unlinkSync(join(source, 'cat.0.jpg'));
    writeFileSync(join(source, 'cat.1.jpg'), 'longer than it was before');
    await refused(
      {},
      /1 pictures of .*photos are not there any more \(cats\/cat\.0\.jpg\), 1 have another size \(cats\/cat\.1/,
    );
    expect(tree(out)).toEqual(before);
  });

  it('of a move knows what was moved, and loses nothing', async () => {
    const [source, out] = [writeFiles(fresh('photos'), pictures), fresh('data')];
    await split([source], out, { placing: 'move' });
    const before = tree(out);
    expect(await split([source], out, { placing: 'move' })).toMatchObject({ already: 30, counts });
    expect(await failure(split([source], out))).toMatch(
      /--move, and now it is --copy\. Its pictures were moved there, so do not/,
    );
    const last = Object.keys(before).at(-1)!;
    writeFileSync(join(source, last.split('/').at(-1)!), before[last]!); // stopped between copy and removal
    expect(await split([source], out, { placing: 'move' })).toMatchObject({ already: 29 });
    expect({ ...tree(out), ...tree(source) }).toEqual(before);
    writeFileSync(join(source, last.split('/').at(-1)!), before[last]!.replace('p', 'q'));
    expect(await failure(split([source], out, { placing: 'move' }))).toMatch(
      /output: .*a file with other bytes than .* is in the way/,
    );
    expect(Object.keys(tree(source))).toHaveLength(1);
    rmSync(join(source, last.split('/').at(-1)!));
    rmSync(join(out, last));
    expect(await failure(split([source], out, { placing: 'move' }))).toMatch(/1 pictures of .* are not there any more/);
  });

  it('of a move does not take a picture away that lies where it belongs', async () => {
    const names = pictures.map((name) => `${name.slice(0, 3)}s/${name}`);
    const [source, out] = [writeFiles(fresh('photos'), names), writeFiles(fresh('data'), ['train/read.me'])];
    symlinkSync(join(source, 'cats'), join(out, 'train', 'cats'));
    for (let run = 0; run < 2; run++) {
      await split([source], out, { placing: 'move' });
      const contents = Object.entries(tree(out)).filter(([path]) => !/^sample|read\.me$/.test(path));
      expect(contents.map(([, content]) => content).sort()).toEqual(names.map((name) => `picture ${name}`).sort());
    }
  });

  it('refuses a plan that is damaged or leads outside', async () => {
    const [source, out] = [writeFiles(fresh('photos'), pictures), fresh('data')];
    for (const text of ['{"version": 1, "trai', '{"version": 2}', planTo('train/../../x.jpg'), planTo('/etc/x.jpg')]) {
      writeFiles(out, { '.vggpu-split.json': text });
      expect(await failure(split([source], out))).toMatch(
        /output: The plan of the split, .*\.vggpu-split\.json, is damaged/,
      );
    }
  });
});

const planTo = (place: string) =>
  JSON.stringify({
    version: 1,
    test: { placing: 'copy', sources: ['/s'], pictures: [{ source: 0, name: 'x.jpg', size: 1, places: [place] }] },
  });

describe('files of others', () => {
  it('in the way are an error before anything is written, unless they are the same', async () => {
    const source = writeFiles(fresh('photos'), pictures);
    const reference = fresh('data');
    await split([source], reference);
    const path = Object.keys(tree(reference)).at(-1)!;
    for (const content of ['another size', tree(reference)[path]!.replace('p', 'q')]) {
      const out = writeFiles(fresh('data'), { [path]: content });
      expect(await failure(split([source], out))).toMatch(
        /output: Cannot write .*: something other than .* is in the way/,
      );
      expect(tree(out)).toEqual({ [path]: content });
    }
    const same = writeFiles(fresh('data'), { [path]: tree(reference)[path]!, 'train/cats/other.jpg': 'other' });
    expect((await split([source], same)).counts).toEqual(counts);
    expect(tree(same)).toEqual({ ...tree(reference), 'train/cats/other.jpg': 'other' });
  });

  it('that come while a split is stopped are an error too', async () => {
    const [source, out] = [writeFiles(fresh('photos'), pictures), fresh('data')];
    await split([source], out);
    const path = Object.keys(tree(out))[0]!;
    writeFileSync(join(out, path), 'x');
    expect(await failure(split([source], out))).toMatch(/a file of 1 bytes instead of \d+ is in the way/);
    rmSync(join(out, path));
    mkdirSync(join(out, path));
    expect(await failure(split([source], out))).toMatch(/something that is no file is in the way/);
    const blocked = writeFiles(fresh('data'), { train: 'a file' });
    expect(await failure(split([source], blocked))).toMatch(/output: Cannot write .*train/);
    expect(await failure(split([source], join(blocked, 'train')))).toMatch(/output: Cannot write/);
  });
});
