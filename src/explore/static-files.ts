// The built page's files, read once and held in memory: a request names one of them or nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { VggpuError } from '../errors.js';

/** A file as it is sent. */
export interface StaticFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/**
 * Reads a folder. @returns files by their path in it, with '/' between its parts
 * @throws VggpuError 'output' where the page has not been built
 */
export function readStaticFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  for (const path of list(folder)) {
    const type = TYPES[extname(path)];
    if (type) files.set(path.split(sep).join('/'), { type, bytes: readFileSync(join(folder, path)) });
  }
  if (files.has('index.html')) return files;
  throw new VggpuError('output', `The page is not there: ${join(folder, 'index.html')}. Build it: npm run build.`);
}

function list(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch {
    return [];
  }
}
