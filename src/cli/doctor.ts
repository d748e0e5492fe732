// `vggpu doctor`: which adapter runs, where it came from, and what would be faster here.
import type { Command } from 'commander';
import { diagnose, formatReport } from '../node/doctor.js';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say which adapter runs here, what it can do, and what would make it faster')
    .option('--adapter <name>', "gpu, lavapipe, swiftshader, or part of an adapter's name")
    .option('--json', 'print JSON')
    .action(async ({ adapter, json }: { adapter?: string; json?: boolean }) => {
      const report = await diagnose(adapter === undefined ? {} : { adapter });
      console.log(json ? JSON.stringify(report, undefined, 2) : formatReport(report));
    });
}
