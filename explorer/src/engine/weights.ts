// From the local server to a network on the GPU: each kernel by slices, so that no large array is ever whole in the page.
import { createNetwork, type Gpu, type Network, type NetworkSpec, writeBias } from '../../../src/engine.js';
import { readFrames } from '../../../src/explore/frames.js';

/** Bytes written to the device before it is waited for. */
const WRITE_AHEAD = 64 * 2 ** 20;

/**
 * Builds the network and fills it.
 * @param onProgress told how many bytes of how many are on the GPU
 */
export async function loadNetwork(
  gpu: Gpu,
  spec: NetworkSpec,
  onProgress: (done: number, total: number) => void,
): Promise<Network> {
  const network = createNetwork(gpu, spec);
  const weighted = network.layers.flatMap(({ parameters }) => parameters ?? []);
  const total = network.layers.reduce((sum, { facts }) => sum + 4 * facts.parameters, 0);
  let done = 0;
  let ahead = 0;
  for (const [i, parameters] of weighted.entries()) {
    const { panels } = parameters;
    const ranges = panels.map(({ first, width }) => `${first}-${first + width}`).join(',');
    for await (const { place, values } of readFrames(await open(`weights/${i}/kernel?panels=${ranges}`))) {
      gpu.write(panels[place.panel]!.kernel, values, 4 * place.firstRow * place.columns);
      done += values.byteLength;
      ahead += values.byteLength;
      if (ahead >= WRITE_AHEAD) {
        await gpu.finish();
        ahead = 0;
      }
      onProgress(done, total);
    }
    writeBias(gpu, parameters, new Float32Array(await (await answer(`weights/${i}/bias`)).arrayBuffer()));
  }
  await gpu.finish();
  onProgress(total, total);
  return network;
}

async function open(path: string): Promise<AsyncIterable<Uint8Array>> {
  return chunksOf((await answer(path)).body!);
}

/** Not every browser's streams can be iterated over yet. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}

async function answer(path: string): Promise<Response> {
  const response = await fetch(path);
  if (response.ok) return response;
  throw new Error(`The local server did not hand out ${path} (${response.status}). Is vggpu explore still running?`);
}
