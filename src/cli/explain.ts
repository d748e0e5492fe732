// `vggpu explain`: what a kernel computes, how it is laid out over the GPU, who reads what, and how fast it is here.
import type { Command } from 'commander';
import pc from 'picocolors';
import { startEngine } from '../node/engine.js';
import { explain, kernelNamed } from '../study/explain/explanation.js';
import { explanationLines, type Paint } from '../study/explain/text.js';
import { shapeFrom } from '../study/shapes.js';

interface ExplainOptions {
  readonly shape?: string;
  readonly adapter?: string;
  readonly code: boolean;
  readonly measure: boolean;
  readonly json?: boolean;
}

/** Plain off a terminal and where NO_COLOR is set, as picocolors decides. */
const paint: Paint = {
  title: pc.bold,
  dim: pc.dim,
  code: {
    ...{ comment: pc.gray, keyword: pc.magenta, type: pc.cyan, attribute: pc.yellow, number: pc.green, call: pc.blue },
    plain: String,
  },
};

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('show how a kernel works: formula, layout, who reads and writes what, its WGSL, and its speed here')
    .argument('<op>', 'as vggpu kernels names it, with or without a variant: conv3x3/forward/tiled')
    .option('--shape <dims>', 'a layer of VGG16, or dims, or both: conv3_2, N=1,H=56, conv3_2,N=4')
    .option('--adapter <name>', "gpu, lavapipe, swiftshader, or part of an adapter's name (default: the best there is)")
    .option('--no-measure', 'run nothing on the device')
    .option('--no-code', 'leave the WGSL away')
    .option('--json', 'print JSON')
    .action(async (op: string, { shape, adapter, code, measure, json }: ExplainOptions) => {
      const { kernel, variant } = kernelNamed(op);
      const dims = shapeFrom(kernel, shape);
      const engine = await startEngine(adapter === undefined ? {} : { adapter });
      try {
        const explanation = await explain(engine.gpu, kernel, variant, dims, measure);
        if (json) console.log(JSON.stringify(explanation, undefined, 2));
        else console.log(explanationLines(explanation, paint, code).join('\n'));
      } finally {
        await engine.close();
      }
    });
}
