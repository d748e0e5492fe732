// From what stands behind `--weights` to a file: a path, or the name of weights that `vggpu fetch` has downloaded.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VggpuError } from '../../errors.js';
import { bytes } from '../keras/hdf5-check.js';
import { isOfficial, modelsFolder, OFFICIAL_FILES } from './official-files.js';
import { partialPath } from './partial-file.js';

/**
 * Turns `vgg16` and `vgg16-notop` into the path of the downloaded file. Everything else is a path and comes back as it is,
 * and so does a name of these where a file is called that in the working folder.
 *
 * @param cacheFolder the user's cache folder, or a function that finds it, called only where a name needs it
 * @throws VggpuError 'weights' where the file is not downloaded yet, or only a part of it
 */
export async function resolveWeights(nameOrPath: string, cacheFolder: string | (() => string)): Promise<string> {
  if (!isOfficial(nameOrPath) || nameOrPath === 'class-index') return nameOrPath;
  if ((await stat(nameOrPath).catch(() => undefined))?.isFile()) return nameOrPath;
  const { file, size } = OFFICIAL_FILES[nameOrPath];
  const folder = modelsFolder(typeof cacheFolder === 'string' ? cacheFolder : cacheFolder());
  const path = join(folder, file);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() && found.size === size) return path;
  if (found?.isFile()) {
    throw new VggpuError(
      'weights',
      `${path} has ${bytes(found.size)}; expected the ${bytes(size)} of ${nameOrPath}. ` +
        `Download it again: vggpu fetch ${nameOrPath} --force`,
    );
  }
  const part = await stat(partialPath(path)).catch(() => undefined);
  const state = part
    ? `is not downloaded whole: ${bytes(part.size)} of ${bytes(size)} are there`
    : 'is not downloaded yet';
  throw new VggpuError(
    'weights',
    `${nameOrPath} ${state}. Run: vggpu fetch ${nameOrPath} (it goes to ${folder}), or give the path of a weights file.`,
  );
}
