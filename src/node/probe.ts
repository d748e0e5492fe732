// Checks that a device computes: a device that accepts work and does nothing is refused here.

const COUNT = 1000;
const PATIENCE = 30_000; // milliseconds

/** y[i] = 2 x[i] + i */
const SHADER = `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&y)) { y[id.x] = 2.0 * x[id.x] + f32(id.x); }
}
`;

/** What the probe's kernel makes of x at index i, exactly in float32. */
export const expectedOfProbe = (x: number, i: number): number => 2 * x + i;

/** Runs the kernel on x (COUNT) and gives y (COUNT). */
async function compute(device: GPUDevice, x: Float32Array<ArrayBuffer>): Promise<Float32Array> {
  const buffer = (label: string, usage: number) => device.createBuffer({ label, size: x.byteLength, usage });
  const input = buffer('probe x', GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  const output = buffer('probe y', GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
  const readBack = buffer('probe read-back', GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  try {
    device.queue.writeBuffer(input, 0, x);
    const module = device.createShaderModule({ label: 'probe', code: SHADER });
    const pipeline = device.createComputePipeline({ label: 'probe', layout: 'auto', compute: { module } });
    const entries = [input, output].map((resource, binding) => ({ binding, resource: { buffer: resource } }));
    const encoder = device.createCommandEncoder({ label: 'probe' });
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(Math.ceil(COUNT / 64));
    pass.end();
    encoder.copyBufferToBuffer(output, 0, readBack, 0, x.byteLength);
    device.queue.submit([encoder.finish()]);
    await readBack.mapAsync(GPUMapMode.READ);
    return new Float32Array(readBack.getMappedRange().slice(0));
  } finally {
    for (const made of [input, output, readBack]) made.destroy();
  }
}

/** Waits for a promise, but not for ever; a device that hangs must not hang the program. */
async function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs a tiny kernel and compares all of its 1000 results exactly. Gives undefined where the device computes, else what is wrong with it.
 * `expected` is replaced in tests only.
 */
export async function whyDeviceFails(device: GPUDevice, expected = expectedOfProbe): Promise<string | undefined> {
  const scopes = ['validation', 'out-of-memory', 'internal'] as const;
  for (const scope of scopes) device.pushErrorScope(scope);
  const x = Float32Array.from({ length: COUNT }, (_, i) => ((i * 37) % 101) - 50);
  let y: Float32Array | undefined;
  let reason: string | undefined;
  try {
    y = await inTime(compute(device, x));
  } catch (error) {
    reason = error instanceof Error && error.message ? error.message : String(error);
  }
  for (const _ of scopes) {
    const error = await inTime(device.popErrorScope()).catch(() => null);
    reason = error?.message ?? reason;
  }
  if (reason !== undefined || y === undefined) return reason ?? 'it gave no result';
  const wrong = y.findIndex((value, i) => value !== expected(x[i]!, i));
  if (wrong < 0) return undefined;
  return `it computed ${y[wrong]} where ${expected(x[wrong]!, wrong)} was expected (element ${wrong} of ${COUNT})`;
}
