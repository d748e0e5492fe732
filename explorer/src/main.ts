// The page's beginning: the network from the local server, the browser's GPU, and the sections that show both.
import type { ServedModel } from '../../src/explore/model.js';
import { openDevice } from './engine/device.js';
import { createExclusive } from './engine/exclusive.js';
import { startLive } from './live.js';
import { byId, reasonOf } from './page/elements.js';
import { startRecorded } from './recorded.js';

async function start(): Promise<void> {
  const model = (await (await fetch('model.json')).json()) as ServedModel;
  const opened = await openDevice();
  if (typeof opened === 'string') await startRecorded(opened);
  else await startLive(model, opened, createExclusive());
}

start().catch((error: unknown) => {
  const about = byId('about');
  about.textContent = reasonOf(error);
  about.classList.add('failed');
});
