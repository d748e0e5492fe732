// Which class a picture belongs to, from its path in the source alone: `cat.0.jpg` is in cats, `cats/0.jpg` too, `0.jpg` in none.

import { VggpuError } from '../../errors.js';
import { someOf } from '../some-of.js';

/** The folder of pictures whose class nobody has said, as Kaggle's test set is kept. */
export const UNKNOWN = 'unknown';

/** What the pictures of one source are. */
export interface Classified {
  /** False where no picture says its class: a test set. */
  labelled: boolean;
  /** Name in the source to `class/file`, in Unicode's composed form; the class of a test set is `unknown`. */
  keys: Map<string, string>;
}

/** Folder names that say what a set is for, and are no classes: a source that holds them has been split before. */
const SET_NAME = /^(train|valid|validation|val|test|sample)\d*$/i;

/**
 * Finds the classes of a source. Folders that all pictures share are looked past, as the `train` in Kaggle's train.zip. Then
 * either all pictures are in class folders, which keep their names and what is in them; or all are named as `cat.0.jpg`, and
 * the class folder is the name before the first dot and an s; or none says a class.
 *
 * @param names paths in the source, with forward slashes
 * @param source for messages
 * @throws VggpuError `pictures` where pictures with and without a class are mixed, or the folders are sets and no classes
 */
export function classifyNames(names: readonly string[], source: string): Classified {
  const shared = sharedFolder(names);
  const inner = names.map((name) => name.slice(shared.length));
  const foldered = inner.filter((name) => name.includes('/'));
  if (foldered.length > 0) {
    assertClassFolders(foldered, inner, source);
    return classified(names, inner);
  }
  const unlabelled = inner.filter((name) => prefixOf(name) === undefined);
  if (unlabelled.length === inner.length) {
    return {
      ...classified(
        names,
        inner.map((name) => `${UNKNOWN}/${name}`),
      ),
      labelled: false,
    };
  }
  if (unlabelled.length > 0) {
    throw new VggpuError(
      'pictures',
      `${source} mixes pictures named after their class, as ${inner.find((name) => prefixOf(name) !== undefined)}, with ` +
        `${unlabelled.length} that are not: ${someOf(unlabelled)}. Name these after their class too (cat.0.jpg), or keep ` +
        'them apart and give them as a SOURCE of their own, which becomes test/unknown.',
    );
  }
  return classified(
    names,
    inner.map((name) => `${prefixOf(name)}s/${name}`),
  );
}

function classified(names: readonly string[], keys: readonly string[]): Classified {
  return { labelled: true, keys: new Map(names.map((name, i) => [name, keys[i]!.normalize('NFC')])) };
}

/** The name before the first dot, where a number or the like stands between it and the extension. */
function prefixOf(name: string): string | undefined {
  const parts = name.split('.');
  return parts.length > 2 && parts[0] !== '' ? parts[0] : undefined;
}

/** The folders, with a slash at the end, in which all names lie. */
function sharedFolder(names: readonly string[]): string {
  const folderOf = (name: string) => name.slice(0, name.lastIndexOf('/') + 1);
  let shared = folderOf(names[0] ?? '');
  for (const name of names) {
    while (!name.startsWith(shared)) shared = folderOf(shared.slice(0, -1));
  }
  return shared;
}

function assertClassFolders(foldered: readonly string[], inner: readonly string[], source: string): void {
  const folders = [...new Set(foldered.map((name) => name.slice(0, name.indexOf('/'))))];
  const sets = folders.filter((name) => SET_NAME.test(name));
  if (sets.length > 0) {
    throw new VggpuError(
      'pictures',
      `${source} holds ${someOf(sets)}: sets by their names, not classes. Give each folder that is to be split as a SOURCE ` +
        'of its own (and unpack an archive first).',
    );
  }
  if (foldered.length < inner.length) {
    const beside = inner.filter((name) => !name.includes('/'));
    throw new VggpuError(
      'pictures',
      `${source} has class folders (${someOf(folders)}) and beside them ${beside.length} pictures that are in none: ` +
        `${someOf(beside)}. Put these into a class folder, or take them away.`,
    );
  }
}
