import { describe, expect, it } from 'vitest';
import { addExplain } from '../../src/cli/explain.js';
import { runCommand } from './in-process.js';

describe('vggpu explain', () => {
  it('says what a kernel computes, who reads what, how fast it is, and shows its WGSL', async () => {
    const { stdout } = await runCommand(
      addExplain,
      'explain',
      'conv3x3/forward/tiled',
      '--shape',
      'N=1,H=9,W=9,C=8,K=16',
    );
    expect(stdout).toContain('conv3x3/forward/tiled\n');
    expect(stdout).toContain('at N=1 H=9 W=9 C=8 K=16 pad=1 relu=1');
    expect(stdout).toMatch(/Work +187 kFLOP, 12\.4 kB .* 15 flop\/byte/);
    expect(stdout).toMatch(/Ceilings +[\d.]+ [MGT]FLOP\/s of multiply-adds, [\d.]+ [MGT]B\/s of a copy/);
    expect(stdout).toMatch(/Measured +[\d.]+ (µs|ms): .*% of the roof/);
    expect(stdout).toMatch(/Previous +register: [\s\S]*?times\s+as/);
    expect(stdout).toMatch(/Next +winograd2: /);
    expect(stdout).toContain('y        (N=1, P=9, Q=9, K=16)');
    expect(stdout).toContain('grid     1 x 1 x 1 workgroups of 256 x 1 x 1: 256 invocations');
    expect(stdout).toMatch(
      /Example: y\[0, 4, 4, 8\] is written in line \d+ by invocation \(82, 0, 0\) of workgroup \(0, 0, 0\)/,
    );
    expect(stdout).toMatch(/reads {2}tileX in workgroup memory \d+ times: .*put the first there from x\[/);
    expect(stdout).toMatch(/\n +\d+ {2}@compute @workgroup_size\(WORKGROUP\)\n/);
    expect(stdout, 'no colours off a terminal').not.toContain('\x1b[');
  });

  it('shows each pass, and runs nothing where it need not', async () => {
    const options = ['--shape', 'H=12,W=12,C=16,K=32', '--no-measure', '--no-code'];
    const { stdout } = await runCommand(addExplain, 'explain', 'conv3x3/forward/winograd4', ...options);
    for (const pass of [1, 2, 3, 4])
      expect(stdout).toContain(`Pass ${pass} of 4: shaders/conv3x3/forward/6_winograd4_`);
    expect(stdout).not.toContain('Measured');
    expect(stdout).not.toContain('@compute');
    expect(stdout).toContain('Of x it reads: H 3..8 down, W 3..8 across');
  });

  it('takes an op, and tells machines in JSON', async () => {
    const { stdout } = await runCommand(addExplain, 'explain', 'relu/forward', '--shape', 'count=4096', '--json');
    const told = JSON.parse(stdout) as {
      chosen: boolean;
      seconds: number;
      flops: number;
      passes: { grid: number[] }[];
    };
    expect(told.chosen).toBe(true);
    expect(told.seconds).toBeGreaterThan(0);
    expect(told.flops).toBe(4096);
    expect(told.passes[0]!.grid[0]).toBeGreaterThan(0);
  });

  it('names what there is instead', async () => {
    const explained = (op: string, ...more: string[]) => runCommand(addExplain, 'explain', op, ...more);
    await expect(explained('conv3x3')).rejects.toThrow(/no op 'conv3x3'. Did you mean conv3x3\/forward, /);
    await expect(explained('conv3x3/forward/quick')).rejects.toThrow(/no variant 'quick'; it has naive, vec4/);
    await expect(explained('relu/forward', '--shape', 'N=3')).rejects.toThrow(/'N=3'.*count=NUMBER/);
  });
});
