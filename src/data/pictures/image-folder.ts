// Pictures sorted into a folder per class: the names of the classes, and every picture with its label.

import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { VggpuError } from '../../errors.js';
import { someOf } from '../some-of.js';
import {
  compareCodePoints,
  type FoundPictures,
  findPictures,
  isHidden,
  isPictureName,
  kindOf,
  listFolder,
  type PictureFile,
} from './picture-files.js';

/** A picture and the index of its class. */
export interface LabelledPicture extends PictureFile {
  label: number;
}

/** A folder that holds one folder per class. */
export interface ImageFolder {
  root: string;
  /** Class names in the order of their labels. */
  classes: string[];
  /** Class name to label. */
  classIndices: Record<string, number>;
  /** By label, then in natural order of their names; `name` is `class/file`. */
  files: LabelledPicture[];
  /** Files in the class folders that are no pictures by their names, or are hidden. */
  ignored: number;
  /** Pictures beside the class folders, which belong to no class and are left out. */
  stray: number;
}

/** How a folder per class is read. */
export interface ImageFolderOptions {
  /** The classes that the model knows, in the order of its outputs; without them the folders themselves name the classes. */
  classes?: readonly string[];
}

/**
 * Lists a folder per class. Without `classes` this is a training set: the folders' names, sorted by code points as Keras
 * sorts them, become the classes, and each must hold a picture. With `classes`, folders are matched **by name**: a class
 * without a folder stays as an empty class with its label, a folder that is no class is an error. Names are compared in
 * Unicode's composed form (NFC), since macOS writes accents decomposed.
 *
 * @throws VggpuError `pictures` where the folder is missing, a file or empty, has no class folders or no pictures, has an
 *   empty class (training set) or an unknown one (with `classes`)
 */
export async function readImageFolder(root: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  const { folders, strays } = await listClassFolders(root);
  const known = options.classes?.map((name) => name.normalize('NFC'));
  if (known !== undefined) assertKnown(root, folders, known);

  const classes = known ?? [...folders.keys()];
  const files: LabelledPicture[] = [];
  const empty: string[] = [];
  let ignored = 0;
  for (const [label, name] of classes.entries()) {
    const found = folders.get(name);
    ignored += found?.ignored ?? 0;
    if (found === undefined || found.files.length === 0) empty.push(name);
    for (const file of found?.files ?? []) files.push({ ...file, label });
  }

  if (files.length === 0) {
    const held = [...folders.keys()].join(', ');
    const hint = ignored > 0 ? ` (${ignored} files in them are no pictures by their names)` : '';
    throw new VggpuError('pictures', `No pictures in ${root}: its class folders ${held} hold none${hint}.`);
  }
  if (known === undefined && empty.length > 0) {
    const which =
      empty.length === 1 ? `the class folder ${empty[0]} holds` : `the class folders ${empty.join(', ')} hold`;
    const remedy = 'Put pictures in, or remove the folder if it is no class.';
    throw new VggpuError('pictures', `In ${root} ${which} no pictures, so nothing can be learnt of it. ${remedy}`);
  }
  const classIndices = Object.fromEntries(classes.map((name, label) => [name, label]));
  return { root, classes, classIndices, files, ignored, stray: strays };
}

/**
 * Lists the pictures of a test set: a folder without labels, with or without folders in it.
 *
 * @throws VggpuError `pictures` where the folder is missing, a file or holds no pictures
 */
export async function listPictures(folder: string): Promise<FoundPictures> {
  await listFolder(folder); // a missing folder gets its own sentence before anything is followed
  const found = await findPictures(folder);
  if (found.files.length === 0) {
    const others = found.ignored > 0 ? ` (${found.ignored} files there are none by their names)` : '';
    throw new VggpuError(
      'pictures',
      `No pictures in ${folder}${others}. JPEG, PNG, WebP, GIF, TIFF, AVIF and SVG are read.`,
    );
  }
  return found;
}

/** Reads the folders right below root, by name in code-point order, with the pictures that each holds. */
async function listClassFolders(root: string): Promise<{ folders: Map<string, FoundPictures>; strays: number }> {
  const folders = new Map<string, FoundPictures>();
  let strays = 0;
  const entries = await listFolder(root);
  const closed = [await realpath(root)];
  for (const entry of entries) {
    if (isHidden(entry.name)) continue;
    const path = join(root, entry.name);
    const kind = await kindOf(entry, path);
    if (kind === 'file' && isPictureName(entry.name)) strays++;
    if (kind !== 'folder' || closed.includes(await realpath(path))) continue;
    const name = entry.name.normalize('NFC');
    if (folders.has(name)) {
      throw new VggpuError(
        'pictures',
        `Two folders in ${root} have the same name, ${name}, spelt in two Unicode forms. Merge them.`,
      );
    }
    folders.set(name, await findPictures(path, `${entry.name}/`, closed));
  }
  if (folders.size === 0) {
    if (strays > 0) {
      const remedy = `Put each in a folder that is named after its class, such as ${join(root, 'cats')}.`;
      throw new VggpuError('pictures', `${root} holds ${strays} pictures but no folder per class. ${remedy}`);
    }
    const what = entries.length === 0 ? 'is empty' : 'holds no folders';
    throw new VggpuError('pictures', `${root} ${what}: a folder per class, with pictures in it, was expected there.`);
  }
  return { folders: new Map([...folders].sort(([a], [b]) => compareCodePoints(a, b))), strays };
}

function assertKnown(root: string, folders: Map<string, FoundPictures>, known: readonly string[]): void {
  const unknown = [...folders.keys()].filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const what = unknown.length === 1 ? 'a folder that is no class' : 'folders that are no classes';
  throw new VggpuError(
    'pictures',
    `${root} has ${what} of the model: ${unknown.join(', ')}. Its classes are ${someOf(known, 12)}; rename or remove what is not.`,
  );
}
