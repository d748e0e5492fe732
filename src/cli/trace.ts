// `vggpu trace`: another command, with every dispatch written down.
import { type Command, Option } from 'commander';
import { writeFileAtomic } from '../data/files/atomic-file.js';
import { VggpuError } from '../errors.js';
import { breakDown } from '../profile/breakdown.js';
import { toChromeTrace } from '../profile/chrome-trace.js';
import { breakdownLines } from '../profile/table.js';
import type { Vgg16 } from '../vgg16/vgg16.js';
import { addFinetune } from './finetune.js';
import { type OpenModel, withModel } from './model.js';
import { addPredict } from './predict.js';

/** What the commands that can be traced have in common. */
interface TracedOptions {
  readonly json?: boolean;
  readonly profile?: boolean;
}

const FILE = 'trace.json';

export function addTrace(program: Command): void {
  const trace = program
    .enablePositionalOptions() // what follows a command's name is that command's
    .command('trace')
    .description(
      'run another command and write down every dispatch, with its times on the GPU, for Perfetto (ui.perfetto.dev)',
    )
    .enablePositionalOptions()
    .addOption(new Option('--out <file>', 'where the trace goes').default(FILE))
    .addHelpText(
      'after',
      '\nOptions of the command itself follow its name, as without trace:\n  vggpu trace predict cat.jpg --weights vgg16 --out trace.json\n  vggpu trace --out trace.json finetune --train DIR --weights vgg16 --out ft.h5',
    );
  // A command that has no --out of its own leaves it to the trace.
  const predict = addPredict(trace, (options, use) =>
    traced(predict, predict.opts().out ?? trace.opts().out, options, use),
  );
  predict.option('--out <file>', `where the trace goes (default: ${FILE})`);
  const finetune = addFinetune(trace, (options, use) => traced(finetune, trace.opts().out, options, use));
}

/** @throws VggpuError 'usage' where the command would take the record away for itself */
async function traced<Result>(
  command: Command,
  out: string,
  options: Parameters<OpenModel>[0],
  use: (vgg: Vgg16) => Promise<Result>,
): Promise<Result> {
  const { json, profile } = command.opts<TracedOptions>();
  if (profile) throw new VggpuError('usage', 'trace has all that --profile tells: leave --profile away.');
  return withModel(options, async (vgg) => {
    const { profiler } = vgg.network.gpu;
    profiler.start();
    try {
      return await use(vgg);
    } finally {
      const record = await profiler.stop();
      const { records, spans } = record;
      await writeFileAtomic(out, `${JSON.stringify(toChromeTrace(records, spans))}\n`);
      const lines = [
        ...breakdownLines(breakDown(record), command.name()),
        `Wrote ${out}: ${records.length} dispatches. Open it in https://ui.perfetto.dev.`,
      ];
      for (const line of lines) (json ? console.error : console.log)(line);
    }
  });
}
