// Tries float16 in a child process, since some drivers abort the whole process on the first f16 kernel.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Candidate, candidates } from './adapters.js';
import { driverSetup } from './dawn.js';
import { STAY_LOADED } from './libraries.js';

/** What float16 does on an adapter: `works`, gives `wrong` numbers, `crashed` the process (or hung), or is `absent`. */
export type Float16Outcome = 'works' | 'wrong' | 'crashed' | 'absent';

const PATIENCE = 60_000; // milliseconds

// One kernel writes h = f16(x), another reads it back as y = 2 h + 1/2: storage, conversion and arithmetic in float16, exact for these x.
// Plain JavaScript, for the child runs without this project's files: [webgpu's address, Dawn's flags, loader, dlopen's flags] come as JSON.
const PROGRAM = `
const [address, flags, loader, stayLoaded] = JSON.parse(process.argv[1]);
if (loader) { try { process.dlopen({ exports: {} }, loader, stayLoaded); } catch {} }
const { create, globals } = await import(address);
Object.assign(globalThis, globals);
const gpu = (globalThis.kept = create(flags)); // Dawn crashes when an instance is collected before what it gave
const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
const answer = (word) => { process.stdout.write(word, () => process.exit(0)); };
if (!adapter || !adapter.features.has('shader-f16')) answer('absent');
else {
  const device = await adapter.requestDevice({ requiredFeatures: ['shader-f16'] });
  let failed = false;
  device.addEventListener('uncapturederror', (event) => { event.preventDefault(); failed = true; });
  const module = device.createShaderModule({ code: [
    'enable f16;',
    '@group(0) @binding(0) var<storage, read_write> h: array<vec4<f16>>;',
    '@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;',
    '@compute @workgroup_size(64) fn narrow(@builtin(global_invocation_id) id: vec3u)',
    '{ h[id.x] = vec4<f16>(y[id.x]); }',
    '@compute @workgroup_size(64) fn widen(@builtin(global_invocation_id) id: vec3u)',
    '{ y[id.x] = vec4f(fma(h[id.x], vec4<f16>(2.0h), vec4<f16>(0.5h))); }',
  ].join('\\n') });
  const count = 256;
  const buffer = (size, usage) => device.createBuffer({ size, usage });
  const h = buffer(count * 2, GPUBufferUsage.STORAGE);
  const y = buffer(count * 4, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  const back = buffer(count * 4, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  device.queue.writeBuffer(y, 0, Float32Array.from({ length: count }, (_, i) => i - 100));
  const storage = { type: 'storage' };
  const layout = device.createBindGroupLayout({ entries:
    [0, 1].map((binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: storage })) });
  const group = device.createBindGroup({ layout,
    entries: [h, y].map((resource, binding) => ({ binding, resource: { buffer: resource } })) });
  const encoder = device.createCommandEncoder();
  for (const entryPoint of ['narrow', 'widen']) {
    const pass = encoder.beginComputePass();
    pass.setPipeline(device.createComputePipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }), compute: { module, entryPoint } }));
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(count / 4 / 64);
    pass.end();
  }
  encoder.copyBufferToBuffer(y, 0, back, 0, count * 4);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  const right = new Float32Array(back.getMappedRange()).every((value, i) => value === 2 * (i - 100) + 0.5);
  answer(right && !failed ? 'works' : 'wrong');
}
`;

/** Dawn's flags with f16 shown on NVIDIA too. */
function showingFloat16(flags: readonly string[]): string[] {
  return flags.map((flag) => (flag.startsWith('enable-') ? `${flag},vulkan_enable_f16_on_nvidia` : flag));
}

/** What was found, by the way an adapter is asked for: a driver does not change while this process runs. */
const outcomes = new Map<string, Promise<Float16Outcome>>();

/** Tries float16 on one adapter in a child process, once. */
export function probeFloat16On(candidate: Pick<Candidate, 'drivers' | 'flags'>): Promise<Float16Outcome> {
  const key = JSON.stringify([candidate.drivers, candidate.flags]);
  const outcome = outcomes.get(key) ?? tryFloat16(candidate);
  outcomes.set(key, outcome);
  return outcome;
}

function tryFloat16(candidate: Pick<Candidate, 'drivers' | 'flags'>): Promise<Float16Outcome> {
  const { environment, loader } = driverSetup(candidate.drivers);
  const address = pathToFileURL(createRequire(import.meta.url).resolve('webgpu')).href;
  const input = JSON.stringify([address, showingFloat16(candidate.flags), loader ?? null, STAY_LOADED]);
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, input], {
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes;
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve('crashed'));
    child.on('close', () => resolve(said === 'works' || said === 'wrong' || said === 'absent' ? said : 'crashed'));
  });
}

/** Tries float16 in a child process on the adapter that `openDevice({ adapter })` would take. Throws as `openDevice` does. */
export async function probeFloat16(adapterName?: string): Promise<Float16Outcome> {
  for await (const candidate of candidates(adapterName ?? process.env.VGGPU_ADAPTER)) return probeFloat16On(candidate);
  return 'absent';
}
