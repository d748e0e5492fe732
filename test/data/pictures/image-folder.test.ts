// Folders of classes as people have them: odd names, links, strays, missing and unknown classes.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listPictures, readImageFolder } from '../../../src/data/pictures/image-folder.js';
import { compareNatural } from '../../../src/data/pictures/picture-files.js';

const base = mkdtempSync(join(tmpdir(), 'vggpu-folder-'));
afterAll(() => rmSync(base, { recursive: true }));

let made = 0;
/** A new folder with empty files; a path that ends in a slash is a folder. */
function folderWith(...paths: string[]): string {
  const root = join(base, `set${made++}`);
  mkdirSync(root);
  for (const path of paths) {
    mkdirSync(path.endsWith('/') ? join(root, path) : dirname(join(root, path)), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(root, path), '');
  }
  return root;
}
const namesOf = ({ files }: { files: { name: string }[] }) => files.map(({ name }) => name);

describe('readImageFolder', () => {
  it('sorts classes by code points and files naturally, with labels', async () => {
    const root = folderWith(
      'dogs/dog.10.jpg',
      'dogs/dog.9.jpg',
      'cats/b/2.PNG',
      'cats/a.jpeg',
      'Zebra/z.webp',
      'c10/x.gif',
      'c2/x.tif',
    );
    const set = await readImageFolder(root);
    expect(set.classes).toEqual(['Zebra', 'c10', 'c2', 'cats', 'dogs']);
    expect(set.classIndices).toEqual({ Zebra: 0, c10: 1, c2: 2, cats: 3, dogs: 4 });
    expect(namesOf(set)).toEqual([
      'Zebra/z.webp',
      'c10/x.gif',
      'c2/x.tif',
      'cats/a.jpeg',
      'cats/b/2.PNG',
      'dogs/dog.9.jpg',
      'dogs/dog.10.jpg',
    ]);
    expect(set.files.map(({ label }) => label)).toEqual([0, 1, 2, 3, 3, 4, 4]);
    expect(set.files[4]!.path).toBe(join(root, 'cats', 'b', '2.PNG'));
  });

  it('leaves out and counts what is no picture, hidden or beside the classes', async () => {
    const root = folderWith(
      ...['cats/a.jpg', 'cats/Thumbs.db', 'cats/.DS_Store', 'cats/._a.jpg', 'cats/notes.txt', 'cats/jpg', 'cats/x.bmp'],
      ...['.ipynb_checkpoints/a.jpg', '__MACOSX/cats/a.jpg', 'cats/.hidden/a.jpg', 'stray.jpg', 'labels.csv'],
    );
    const set = await readImageFolder(root);
    expect(namesOf(set)).toEqual(['cats/a.jpg', 'cats/x.bmp']);
    expect(set).toMatchObject({ classes: ['cats'], ignored: 5, stray: 1 });
  });

  it('follows links to files, folders and classes, once, and ends in circles', async () => {
    const other = folderWith('real/1.jpg', 'real/2.jpg', 'lonely.jpg');
    const root = folderWith('cats/a.jpg', 'cats/deep/b.jpg');
    symlinkSync(join(other, 'real'), join(root, 'dogs'));
    symlinkSync(join(other, 'lonely.jpg'), join(root, 'cats/lonely.jpg'));
    symlinkSync(join(root, 'cats'), join(root, 'cats/deep/up'));
    symlinkSync(root, join(root, 'cats/root'));
    symlinkSync(root, join(root, 'itself'));
    symlinkSync(join(base, 'nowhere.jpg'), join(root, 'cats/dangling.jpg'));
    symlinkSync('round.jpg', join(root, 'cats/round.jpg'));
    const set = await readImageFolder(root);
    expect(set.classes).toEqual(['cats', 'dogs']);
    expect(namesOf(set)).toEqual([
      ...[
        'cats/a.jpg',
        'cats/dangling.jpg',
        'cats/deep/b.jpg',
        'cats/lonely.jpg',
        'cats/round.jpg',
        'dogs/1.jpg',
        'dogs/2.jpg',
      ],
    ]);
  });

  it('maps folders to known classes by name, with empty classes', async () => {
    const root = folderWith('dogs/1.jpg', 'ants/2.jpg');
    const set = await readImageFolder(root, { classes: ['dogs', 'cats', 'ants'] });
    expect(set.classes).toEqual(['dogs', 'cats', 'ants']);
    expect(set.files.map(({ name, label }) => [name, label])).toEqual([
      ['dogs/1.jpg', 0],
      ['ants/2.jpg', 2],
    ]);
    const composed = 'caf\u00e9';
    const accents = await readImageFolder(folderWith('cafe\u0301/1.jpg'), { classes: [composed] });
    expect(accents.files).toMatchObject([{ name: 'cafe\u0301/1.jpg', label: 0 }]);
  });

  it('takes class names that JavaScript knows otherwise', async () => {
    const set = await readImageFolder(folderWith('constructor/1.jpg', '__proto__/2.jpg', '7/3.jpg'));
    expect(Object.entries(set.classIndices)).toEqual(
      expect.arrayContaining([
        ['__proto__', 1],
        ['constructor', 2],
        ['7', 0],
      ]),
    );
  });

  it.each<[string, string[], RegExp]>([
    ['an empty folder', [], /is empty: a folder per class/],
    ['no class folders', ['notes.txt'], /holds no folders: a folder per class/],
    [
      'pictures without class folders',
      ['1.jpg', '2.png'],
      /holds 2 pictures but no folder per class\. Put each in a folder/,
    ],
    ['a class without pictures', ['cats/1.jpg', 'dogs/'], /the class folder dogs holds no pictures/],
    ['several of them', ['cats/1.jpg', 'dogs/', 'emus/x.txt'], /the class folders dogs, emus hold no pictures/],
    ['nothing but other files', ['cats/1.txt', 'dogs/2.doc'], /No pictures in .*cats, dogs hold none \(2 files/],
  ])('refuses %s', async (_, paths, message) => {
    const error = await readImageFolder(folderWith(...paths)).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'pictures', message: expect.stringMatching(message) });
  });

  it('refuses unknown classes and lists the known ones', async () => {
    const root = folderWith('dogs/1.jpg', 'Cats/2.jpg');
    await expect(readImageFolder(root, { classes: ['cats', 'dogs'] })).rejects.toThrow(
      /a folder that is no class of the model: Cats\. Its classes are cats, dogs/,
    );
    await expect(readImageFolder(folderWith('cats/'), { classes: ['cats', 'dogs'] })).rejects.toThrow('No pictures in');
  });

  it('refuses a missing folder and a file', async () => {
    const root = folderWith('file.jpg');
    await expect(readImageFolder(join(root, 'none'))).rejects.toThrow(
      `The folder ${join(root, 'none')} does not exist`,
    );
    await expect(readImageFolder(join(root, 'file.jpg'))).rejects.toThrow('is a file, but a folder of pictures');
    await expect(listPictures(join(root, 'none'))).rejects.toThrow('does not exist');
  });
});

describe('listPictures', () => {
  it('lists a flat or nested folder in natural order', async () => {
    const root = folderWith('10.jpg', '9.jpg', 'unknown/1.jpg', 'sample.csv');
    expect(namesOf(await listPictures(root))).toEqual(['9.jpg', '10.jpg', 'unknown/1.jpg']);
    expect((await listPictures(root)).ignored).toBe(1);
    await expect(listPictures(folderWith('a.txt'))).rejects.toThrow(/No pictures in .*\(1 files there are none/);
  });
});

it('orders naturally, and strictly', () => {
  const names = [
    'cat.1.jpg',
    'cat.01.jpg',
    'cat.2.jpg',
    'cat.10.jpg',
    'cat.99999999999999999999.jpg',
    'cat.jpg',
    'dog',
    '10',
    '9',
    '',
  ];
  const sorted = [...names].sort(compareNatural);
  expect(sorted).toEqual([
    '',
    '9',
    '10',
    'cat.01.jpg',
    'cat.1.jpg',
    'cat.2.jpg',
    'cat.10.jpg',
    'cat.99999999999999999999.jpg',
    'cat.jpg',
    'dog',
  ]);
  for (const a of names)
    for (const b of names) expect(Math.sign(compareNatural(a, b))).toBe(-Math.sign(compareNatural(b, a)) + 0);
});
