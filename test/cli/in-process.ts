// Runs a command in this process: what it says on stdout and stderr, and the error that it ends with.
import { Command } from 'commander';
import { vi } from 'vitest';

export interface Spoken {
  readonly stdout: string;
  readonly stderr: string;
}

/** @throws what the command throws */
export async function runCommand(add: (program: Command) => void, ...parameters: string[]): Promise<Spoken> {
  const program = new Command('vggpu').exitOverride();
  add(program);
  const silent = () => {};
  const log = vi.spyOn(console, 'log').mockImplementation(silent);
  const error = vi.spyOn(console, 'error').mockImplementation(silent);
  try {
    await program.parseAsync(['node', 'vggpu', ...parameters]);
    const lines = (spy: typeof log) => spy.mock.calls.map(([line]) => `${line}\n`).join('');
    return { stdout: lines(log), stderr: lines(error) };
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
}
