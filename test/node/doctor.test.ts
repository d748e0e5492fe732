import { describe, expect, it } from 'vitest';
import { advise, type Surroundings } from '../../src/node/advice.js';
import { diagnose, formatReport } from '../../src/node/doctor.js';

describe('diagnose', () => {
  it('reports the adapter, the probe, the others and advice, as plain JSON', async () => {
    const report = await diagnose();
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(Object.keys(report)).toEqual([
      'ok',
      'adapter',
      'probe',
      'float16',
      'adapters',
      'notes',
      'advice',
      'machine',
      'vulkan',
      'cacheFolder',
    ]);
    expect(report).toMatchObject({ ok: true, probe: 'works' });
    expect(report.adapters.map(({ name }) => name)).toContain(report.adapter?.name);
    if (report.adapter?.software) expect(report.advice.length).toBeGreaterThan(0);
    const page = formatReport(report);
    expect(page).toContain(report.adapter?.name);
    expect(page).toContain(report.adapter?.driver);
  });

  it('reports a machine on which nothing opens', async () => {
    const report = await diagnose({ adapter: 'no such adapter' });
    expect(report).toMatchObject({ ok: false, adapter: null, float16: 'absent' });
    expect(report.probe).toContain('no such adapter');
    expect(formatReport(report)).toContain('no such adapter');
  });
});

describe('the report', () => {
  it('lists the products of matrix units, each once', async () => {
    const report = await diagnose();
    const unit = { componentType: 'f16', resultComponentType: 'f32', M: 16, N: 16, K: 16 };
    const matrixUnits = [unit, unit, { ...unit, resultComponentType: 'f16', N: 8 }];
    const page = formatReport({ ...report, adapter: { ...report.adapter!, matrixUnits } });
    expect(page).toMatch(/^matrices +16x16x16 f16 into f32, 16x8x16 f16 into f16$/m);
    expect(formatReport({ ...report, adapter: { ...report.adapter!, matrixUnits: [] } })).toMatch(/no matrix units/);
  });
});

describe('advise', () => {
  const bare: Surroundings = {
    platform: 'linux',
    adapters: [],
    manifests: [],
    hasLoader: true,
    graphicsCards: [],
    closedDevices: [],
  };
  const manifest = (library: string) => ({
    file: `/usr/share/vulkan/icd.d/${library}.json`,
    library,
    apiVersion: '1.3.230',
  });
  const all = (here: Partial<Surroundings>) => advise({ ...bare, ...here }).join('\n');

  it('names what is missing', () => {
    expect(all({ hasLoader: false })).toContain('libvulkan1');
    expect(all({})).toContain('mesa-vulkan-drivers');
    expect(all({ manifests: [manifest('libvulkan_lvp.so')] })).toMatch(/too old/);
    expect(all({ manifests: [manifest('libvulkan_radeon.so')] })).toMatch(/no GPU is visible/);
    expect(all({ graphicsCards: ['NVIDIA'] })).toMatch(/card of NVIDIA/);
    expect(all({ closedDevices: ['/dev/dri/renderD128'] })).toMatch(/group render/);
    expect(all({ platform: 'darwin' })).toMatch(/graphics driver/);
  });
});
