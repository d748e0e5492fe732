// What pictures are split from: one interface over a folder and a zip archive.

import { isHidden } from '../pictures/picture-files.js';

/** A picture of a source. */
export interface SourcePicture {
  /** Its path below the source, with forward slashes. */
  name: string;
  /** Bytes, once unpacked. */
  size: number;
}

/** What a source holds, listed once. */
export interface Contents {
  pictures: SourcePicture[];
  /** Files that are no pictures by their names, and links that lead nowhere. */
  leftOut: string[];
  /** How many hidden files and folders, and such as Thumbs.db, were passed over. */
  hidden: number;
}

/** A folder or an archive that is open. */
export interface Source extends Contents {
  /** As it was given. */
  path: string;
  kind: 'folder' | 'zip';
  /** Why its pictures cannot be moved out of it, where they cannot. */
  unmovable?: string;
  /** The file that holds a picture, to link or move; undefined in an archive. */
  fileOf(name: string): string | undefined;
  /** @returns the CRC-32 of a picture's bytes */
  checksum(name: string): Promise<number>;
  /**
   * Writes a picture's bytes to a new file, and checks them.
   *
   * @throws VggpuError `pictures` where the picture is damaged, gone or has changed; what the file system says of the target.
   *   The target may be left half-written.
   */
  copyTo(name: string, target: string): Promise<void>;
  close(): void;
}

/** What systems put into folders of pictures by themselves. */
const SYSTEM_FILES = /^(thumbs\.db|ehthumbs\.db|desktop\.ini)$/i;

/** @returns whether a file or folder is passed over for its name */
export function isPassedOver(name: string): boolean {
  return isHidden(name) || SYSTEM_FILES.test(name);
}
