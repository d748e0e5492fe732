// `vggpu explore`: serves the page that shows how a network becomes GPU kernels, until Ctrl-C.
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import type { Kernels } from '../data/keras/weights-file.js';
import { VggpuError } from '../errors.js';
import { miniClasses } from '../explore/mini-classes.js';
import { openModelSource } from '../explore/model.js';
import { serve } from '../explore/server.js';
import { readStaticFiles } from '../explore/static-files.js';
import { wholeNumber } from './options.js';

interface ExploreOptions {
  readonly weights?: string;
  readonly kernels?: Kernels;
  readonly port?: number;
}

/** The small network that comes with this package. */
const VGG_MINI = fileURLToPath(new URL('../../models/vgg-mini.h5', import.meta.url));

/** Where `npm run build` puts the page. */
const PAGE = fileURLToPath(new URL('../../dist-explorer', import.meta.url));

export function addExplore(program: Command): void {
  program
    .command('explore')
    .description(
      'serve a page, to this machine only, that shows layer by layer what the kernels do and how fast they are',
    )
    .option(
      '--weights <file>',
      'Keras weights of VGG16, or a finetuned file (default: the small network that comes with vggpu)',
    )
    .addOption(new Option('--kernels <how>', '(out, in, 3, 3) kernels in the file').choices(['rotated', 'plain']))
    .option('--port <number>', 'port on 127.0.0.1 (default: any that is free)', portNumber)
    .action(async ({ weights, kernels, port }: ExploreOptions) => {
      const files = readStaticFiles(PAGE);
      const source = await openModelSource(
        weights ?? VGG_MINI,
        { kernels },
        weights === undefined ? miniClasses : undefined,
      );
      try {
        const server = await serve({ source, files, port });
        for (const note of source.model.notes) console.error(note);
        console.log(server.address);
        console.error(
          `Open this address in a browser with WebGPU (Chrome, Edge, Safari 26, Firefox). It shows ${source.model.file}; nothing leaves this machine. Ctrl-C ends it.`,
        );
        await interrupted();
        await server.close();
      } finally {
        await source.close();
      }
    });
}

function portNumber(text: string): number {
  const port = wholeNumber('--port', 1)(text);
  if (port < 65_536) return port;
  throw new VggpuError('usage', `--port must be below 65536, not '${text}'.`);
}

/** Waits for Ctrl-C, or for the end that a process manager asks for. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
