// The page without a GPU: says so, tells how to switch WebGPU on, and shows what was recorded on another machine.
import { byId, element } from './page/elements.js';

/** @param reason why there is no GPU, as a sentence */
export async function startRecorded(reason: string): Promise<void> {
  byId('about').textContent = reason;
  byId('notice').append(element('p', {}, reason));
}
