// Starts test/node/child.ts with an environment of its own.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Hides every Vulkan driver of the machine from the loader. */
export const NO_DRIVERS = { VK_LOADER_DRIVERS_DISABLE: '*' } as const;

/** Runs the child to its end; `VGGPU_ADAPTER` is absent unless given. */
export function runChild(what: string, environment: NodeJS.ProcessEnv = {}): Promise<ChildResult> {
  const env = { ...process.env, VGGPU_ADAPTER: undefined, NODE_OPTIONS: '', ...environment };
  const script = fileURLToPath(new URL('child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', script, what], { env, timeout: 60_000 });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes;
  });
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
