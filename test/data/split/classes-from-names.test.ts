// Classes from names, for the arrangements that sets of photos come in.
import { describe, expect, it } from 'vitest';
import { classifyNames } from '../../../src/data/split/classes-from-names.js';

const keysOf = (...names: string[]) => [...classifyNames(names, 'SET').keys.values()];

describe('classifyNames', () => {
  it.each<[string, string[], string[]]>([
    ['names before the first dot', ['cat.0.jpg', 'dog.1.x.PNG'], ['cats/cat.0.jpg', 'dogs/dog.1.x.PNG']],
    ["Kaggle's train.zip", ['train/cat.0.jpg', 'train/dog.0.jpg'], ['cats/cat.0.jpg', 'dogs/dog.0.jpg']],
    ['class folders, as they are', ['cats/1.jpg', 'Dog/2.jpg'], ['cats/1.jpg', 'Dog/2.jpg']],
    ['class folders with dotted names', ['cat/dog.1.jpg', 'emu/cat.2.jpg'], ['cat/dog.1.jpg', 'emu/cat.2.jpg']],
    ['class folders further down', ['a/b/x/1.jpg', 'a/b/y/2.jpg'], ['x/1.jpg', 'y/2.jpg']],
    ['folders in class folders', ['x/deep/1.jpg', 'y/1.jpg'], ['x/deep/1.jpg', 'y/1.jpg']],
    ['folders that begin alike', ['cat/1.jpg', 'cats/2.jpg'], ['cat/1.jpg', 'cats/2.jpg']],
    ['accents in one form', ['cafe\u0301.1.jpg', 'tea.1.jpg'], ['caf\u00e9s/caf\u00e9.1.jpg', 'teas/tea.1.jpg']],
  ])('finds %s', (_, names, keys) => {
    expect(keysOf(...names)).toEqual(keys);
    expect(classifyNames(names, 'SET').labelled).toBe(true);
  });

  it.each([[['1.jpg', '12.jpg']], [['test/1.jpg', 'test/2.jpg']], [['test/unknown/1.jpg', 'test/unknown/2.jpg']]])(
    'takes %j for a test set',
    (names) => {
      const { labelled, keys } = classifyNames(names, 'SET');
      expect(labelled).toBe(false);
      expect([...keys]).toEqual(names.map((name) => [name, `unknown/${name.split('/').at(-1)}`]));
    },
  );

  it.each<[string, string[], RegExp]>([
    [
      'a mix',
      ['cat.0.jpg', '7.jpg', '8.jpg'],
      /SET mixes pictures named after their class, as cat\.0\.jpg, with 2 .*: 7\.jpg, 8\.jpg\./,
    ],
    [
      'pictures beside class folders',
      ['cats/1.jpg', 'dogs/2.jpg', 'x.jpg'],
      /class folders \(cats, dogs\) and beside them 1 .*: x\.jpg\./,
    ],
    [
      'sets that were split',
      ['d/train/cats/1.jpg', 'd/valid/cats/2.jpg'],
      /SET holds train, valid: sets by their names/,
    ],
    ["Kaggle's two sets in one", ['train/cat.1.jpg', 'test1/1.jpg'], /SET holds train, test1/],
  ])('refuses %s', (_, names, message) => {
    expect(() => classifyNames(names, 'SET')).toThrow(message);
  });
});
