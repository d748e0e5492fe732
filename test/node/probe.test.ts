import { describe, expect, it } from 'vitest';
import { loadDawn } from '../../src/node/dawn.js';
import { probeFloat16 } from '../../src/node/float16-probe.js';
import { openDevice } from '../../src/node/open-device.js';
import { expectedOfProbe, whyDeviceFails } from '../../src/node/probe.js';
import { hasLavapipe, hasSwiftShader } from './which-adapters.js';

const say = () => undefined;

describe('whyDeviceFails', () => {
  it('accepts a device that computes and refuses one wrong result', async () => {
    const { device, close } = await openDevice({ say });
    expect(await whyDeviceFails(device)).toBeUndefined();
    const otherwise = (x: number, i: number) => expectedOfProbe(x, i) + (i === 999 ? 1 : 0);
    expect(await whyDeviceFails(device, otherwise)).toMatch(/element 999 of 1000/);
    expect(await whyDeviceFails(device, () => Number.NaN)).toMatch(/NaN was expected/);
    await close();
  });

  it('refuses a device that does nothing', async () => {
    const { create } = await loadDawn();
    const adapter = await create(['backend=null']).requestAdapter();
    const device = await adapter!.requestDevice();
    expect(await whyDeviceFails(device)).toMatch(/it computed/);
    device.destroy();
  });

  it('refuses a device that was lost', async () => {
    const { device, close } = await openDevice({ say });
    await close();
    expect(await whyDeviceFails(device)).toBeTruthy();
  });
});

describe('probeFloat16', () => {
  it.skipIf(!hasLavapipe)('works on lavapipe', async () => {
    expect(await probeFloat16('lavapipe')).toBe('works');
  });

  it.skipIf(!hasSwiftShader)('is absent on SwiftShader', async () => {
    expect(await probeFloat16('swiftshader')).toBe('absent');
  });
});
