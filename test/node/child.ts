// A program that tests start as a child process: opens a device and then does what its first argument says.

import { type OpenedDevice, openDevice } from '../../src/node/open-device.js';

/** Starts work on the device whose result takes a while, and gives the buffer to map. */
function longWork({ device }: OpenedDevice): GPUBuffer {
  const count = 64 * 4096;
  const code = `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0.0;
  for (var k = 0u; k < 500u; k++) { sum = sum * 1.0001 + f32(id.x); }
  y[id.x] = sum;
}`;
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }) },
  });
  const y = device.createBuffer({ size: count * 4, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const back = device.createBuffer({ size: count * 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [{ binding: 0, resource: { buffer: y } }];
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(count / 64);
  pass.end();
  encoder.copyBufferToBuffer(y, 0, back, 0, count * 4);
  device.queue.submit([encoder.finish()]);
  return back;
}

const opened = await openDevice();
switch (process.argv[2]) {
  case 'facts':
    process.stdout.write(JSON.stringify(opened.info));
    break;
  case 'float16': {
    const { probeFloat16 } = await import('../../src/node/float16-probe.js');
    process.stdout.write(await probeFloat16());
    break;
  }
  case 'libraries': {
    const { readFileSync } = await import('node:fs');
    process.stdout.write(readFileSync('/proc/self/maps', 'utf8'));
    break;
  }
  case 'return without close':
    longWork(opened);
    break;
  case 'return after close':
    longWork(opened);
    await opened.close();
    await opened.close();
    break;
  case 'exit':
    longWork(opened)
      .mapAsync(GPUMapMode.READ)
      .catch(() => undefined);
    process.exit(7);
    break;
  case 'exit after close':
    await opened.close();
    process.exit(7);
    break;
  case 'throw':
    longWork(opened)
      .mapAsync(GPUMapMode.READ)
      .catch(() => undefined);
    throw new Error('thrown on purpose');
  case 'collect garbage': {
    // Only the device is kept; were the instance behind it freed, the next call would crash the process.
    const { device } = opened;
    for (let round = 0; round < 3; round++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    device.createBuffer({ size: 4, usage: GPUBufferUsage.STORAGE });
    break;
  }
  case 'open many':
    for (let round = 0; round < 10; round++) await (await openDevice()).close();
    break;
}
