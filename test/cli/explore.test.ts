// `vggpu explore` as a person starts and ends it.
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ServedModel } from '../../src/explore/model.js';
import { describeLayers } from '../../src/nn/specification.js';
import { sampleVgg16, writeSample } from '../data/keras/samples.js';
import { temporaryFolder } from '../temporary-folder.js';
import { startVggpu, vggpu } from './run.js';

const environment = { VGGPU_CACHE: temporaryFolder() };

/** Starts the command and waits until it says that it serves. @returns how to end it, with its result */
async function explore(...parameters: string[]) {
  const running = startVggpu(['explore', ...parameters], environment);
  while (!running.stderr().includes('Ctrl-C ends it')) {
    const ended = await Promise.race([running.result, setTimeout(50)]);
    if (ended) throw new Error(`vggpu explore ended: ${ended.stderr}`);
  }
  return running;
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

it('serves the page and the network that comes with vggpu, at an address that it prints, until Ctrl-C', async () => {
  const port = await freePort();
  const running = await explore('--port', String(port));
  const address = running.stdout().trim();
  try {
    expect(address).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/[0-9a-f]{32}/$`));
    expect(running.stderr()).toMatch(/vgg-mini\.h5; nothing leaves this machine/);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    expect(await (await fetch(address)).text()).toMatch(/<script type="module"/);
    const model = (await (await fetch(`${address}model.json`)).json()) as ServedModel;
    expect(describeLayers(model.spec).at(-1)?.output).toEqual([model.classes.length]);
    expect(model.classes).toContain('owl');
  } finally {
    running.kill('SIGINT');
  }
  const { code, stderr } = await running.result;
  expect(code, stderr).toBe(0);
  await expect(fetch(address)).rejects.toThrow();
});

it('serves the weights file that it is given, and says which port is taken', async () => {
  const weights = `${temporaryFolder()}/vgg.h5`;
  await writeSample(weights, sampleVgg16(), { channelsFirst: true, rotated: true });
  const port = await freePort();
  const running = await explore('--weights', weights, '--port', String(port));
  try {
    const { code, stdout, stderr } = await vggpu(['explore', '--port', String(port)], environment);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/error: Port \d+ is in use by another program\. Name another with --port/);
    const model = (await (await fetch(`${running.stdout().trim()}model.json`)).json()) as ServedModel;
    expect([model.file, model.classes]).toEqual(['vgg.h5', ['class 0', 'class 1', 'class 2']]);
  } finally {
    running.kill('SIGTERM');
  }
  expect((await running.result).code).toBe(0);
});

it.each([
  [['--port', '70000'], /--port must be below 65536/],
  [['--port', 'x'], /--port must be a whole number from 1/],
  [['--weights', 'nowhere.h5'], /nowhere\.h5/],
])('refuses %j', async (parameters, says) => {
  const { code, stderr } = await vggpu(['explore', ...parameters], environment);
  expect(code).toBe(1);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/\n\s+at /);
});
