// `vggpu fetch`: downloads the published weights to where `--weights vgg16` looks for them.
import { join } from 'node:path';
import type { Command } from 'commander';
import { type DownloadProgress, download } from '../data/download/download.js';
import { isOfficial, modelsFolder, OFFICIAL_FILES } from '../data/download/official-files.js';
import { VggpuError } from '../errors.js';
import { cacheFolder } from '../node/cache-folder.js';
import { positiveNumber, wholeNumber } from './options.js';
import { bar, createEta, createStatusLine, formatSeconds } from './progress.js';

interface FetchOptions {
  readonly url?: string;
  readonly dir?: string;
  readonly md5?: string;
  readonly timeout: number;
  readonly tries: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addFetch(program: Command): void {
  program
    .command('fetch')
    .description('download the published weights; a download that was stopped goes on where it was')
    .argument('<name>', `${Object.keys(OFFICIAL_FILES).join(', ')}; or with --url, a file name of your own`)
    .option('--url <address>', 'download from there instead')
    .option('--dir <folder>', 'where it goes (default: the cache folder, where --weights vgg16 looks)')
    .option('--md5 <digits>', 'what the md5 of a file of your own must be')
    .option('--timeout <seconds>', 'give a connection up that brought nothing for so long', seconds, 30)
    .option('--tries <count>', 'attempts at an address that bring nothing', wholeNumber('--tries', 1), 5)
    .option('--force', 'download it again where it is there already')
    .option('--json', 'print JSON: {name, file, bytes, md5, downloaded}')
    .addHelpText('after', `\n${namesText()}`)
    .action(fetchFile);
}

async function fetchFile(name: string, options: FetchOptions): Promise<void> {
  const { file, size, md5, urls } = wanted(name, options);
  const path = join(options.dir ?? modelsFolder(cacheFolder()), file);
  const progress = createDownloadProgress(name);
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt); // a second one ends the program at once
  try {
    const { timeout, tries, force } = options;
    const result = await download({
      ...{ urls, file: path, size, md5, timeout, tries, force, signal: stop.signal },
      onProgress: progress.show,
      say(line) {
        progress.clear();
        console.error(line);
      },
    });
    progress.clear();
    console.error(`${name} ${stateOf(result.downloaded, md5 !== undefined)}.`);
    if (options.json) console.log(JSON.stringify({ name, ...result }, undefined, 2));
    else console.log(result.file);
    console.error(nextStep(name, result.file, options.dir === undefined));
  } catch (error) {
    progress.clear();
    if (!stop.signal.aborted) throw error;
    console.error(`Stopped. What came of ${name} is kept; the same command goes on from there.`);
    process.exitCode = 130;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** What to download, and what it must be. @throws VggpuError 'usage' */
function wanted(name: string, { url, md5 }: FetchOptions) {
  if (isOfficial(name)) {
    if (md5 !== undefined) {
      const own = 'For another file use a name of its own: vggpu fetch my.h5 --url ADDRESS --md5 DIGITS';
      throw new VggpuError('usage', `--md5 does not go with ${name}, whose md5 is known. ${own}`);
    }
    const official = OFFICIAL_FILES[name];
    return { ...official, urls: url === undefined ? official.urls : [url] };
  }
  if (url === undefined) {
    throw new VggpuError('usage', `'${name}' is not known. ${namesText()}\nA file of your own needs --url ADDRESS.`);
  }
  if (!/^[\w][\w.+ -]*$/.test(name)) {
    throw new VggpuError('usage', `'${name}' is no file name; expected one such as my.h5, and its folder in --dir.`);
  }
  return { file: name, size: undefined, md5, urls: [url] };
}

function namesText(): string {
  const width = Math.max(...Object.keys(OFFICIAL_FILES).map((name) => name.length));
  const lines = Object.entries(OFFICIAL_FILES).map(
    ([name, { description, size }]) => `  ${name.padEnd(width)}  ${description} (${mega(size)} MB)`,
  );
  return ['Names:', ...lines].join('\n');
}

function stateOf(downloaded: boolean, verified: boolean): string {
  if (downloaded) return verified ? 'is downloaded, and its md5 is right' : 'is downloaded';
  return verified ? 'was there already, and its md5 is right' : 'was there already (not compared: no md5 was given)';
}

/** What to do with it. */
function nextStep(name: string, file: string, found: boolean): string {
  const weights = found && isOfficial(name) ? name : file;
  if (name === 'class-index') return 'vggpu has these names built in; the file is for other programs.';
  if (name !== 'vgg16-notop') return `Next: vggpu predict cat.jpg --weights ${weights}`;
  const head = '--cut block5_pool --head gap';
  return `Next: vggpu finetune --train DIR --valid DIR --weights ${weights} ${head} --out ft.h5`;
}

const mega = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0);

function seconds(text: string): number {
  const value = positiveNumber('--timeout')(text);
  if (value <= 86_400) return value;
  throw new VggpuError('usage', `--timeout must be at most 86400 seconds, a day, not '${text}'.`);
}

/** Milliseconds between two states of the line. */
const REDRAW = 100;
/** Off a terminal, files from this size on get a line a quarter. Bytes. */
const LARGE = 16 * 2 ** 20;

/** A bar with speed and time left on a terminal; four lines for a large file anywhere else. */
export function createDownloadProgress(name: string, stream: NodeJS.WriteStream = process.stderr) {
  const line = createStatusLine(stream);
  let eta = createEta();
  let phase = '';
  let shown = Number.NEGATIVE_INFINITY;
  let nextQuarter = 1;
  const show = (progress: DownloadProgress, now = performance.now()): void => {
    const { done, total } = progress;
    if (phase !== progress.phase) {
      phase = progress.phase;
      eta = createEta();
      shown = Number.NEGATIVE_INFINITY;
      nextQuarter = Math.floor((total ? done / total : 0) * 4) + 1;
    }
    if (!stream.isTTY) {
      if (phase !== 'download' || total === undefined || total < LARGE || done < (nextQuarter * total) / 4) return;
      stream.write(`${name}: ${mega(done)}/${mega(total)} MB\n`);
      nextQuarter = Math.floor((done / total) * 4) + 1;
      return;
    }
    if (now - shown < REDRAW && done !== total) return;
    shown = now;
    const what = phase === 'check' ? `${name}, checking what is there` : name;
    if (total === undefined) {
      line.show(`${what}: ${mega(done)} MB`);
      return;
    }
    const left = eta(done, total, now);
    const speed = left ? ` ${((total - done) / 1e6 / left).toFixed(1)} MB/s - ETA: ${formatSeconds(left)}` : '';
    line.show(`${what}: ${mega(done)}/${mega(total)} MB ${bar(total > 0 ? done / total : 1)}${speed}`);
  };
  return { show, clear: line.clear };
}
