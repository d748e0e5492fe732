// Runs the built command line as a person would, in a process of its own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/cli/vggpu.cjs', import.meta.url));

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that has been started. */
export interface RunningCommand {
  /** Sends a signal, unless the program has ended. */
  kill(signal: NodeJS.Signals): void;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  readonly result: Promise<CommandResult>;
}

/** @param environment added to this process's */
export function startVggpu(parameters: readonly string[], environment: NodeJS.ProcessEnv = {}): RunningCommand {
  if (!existsSync(program)) throw new Error('The command line is not built: npm run build (npm test does it).');
  const env = { ...process.env, NODE_OPTIONS: '', ...environment };
  const child = spawn(process.execPath, [program, ...parameters], {
    env,
    timeout: 120_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes;
  });
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes;
  });
  const result = new Promise<CommandResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { kill: (signal) => child.kill(signal), stdout: () => stdout, stderr: () => stderr, result };
}

/** Runs a command to its end. @param environment added to this process's */
export function vggpu(parameters: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  return startVggpu(parameters, environment).result;
}
