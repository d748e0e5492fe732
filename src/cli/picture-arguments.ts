// Pictures as they are named on a command line: files, or folders of them.
import { stat } from 'node:fs/promises';
import { listPictures } from '../data/pictures/image-folder.js';
import type { PictureFile } from '../data/pictures/picture-files.js';

/**
 * Folders become the pictures in them, named as below the folder. A path that is not there stays, and is found out to be no
 * picture when it is read.
 * @throws VggpuError 'pictures' for a folder without pictures
 */
export async function expandPictures(paths: readonly string[]): Promise<PictureFile[]> {
  const lists = paths.map(async (path) => {
    const there = await stat(path).catch(() => undefined);
    return there?.isDirectory() ? (await listPictures(path)).files : [{ path, name: path }];
  });
  return (await Promise.all(lists)).flat();
}
