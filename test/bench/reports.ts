// Reports of the bench that nobody measured, for tests of what is made of them.
import type { Peer, Report, Row } from '../../bench/report.js';

export const peerOf = (medianMs: number | null, own: number, name = 'TensorFlow.js 4.22.0 WebGPU'): Peer => ({
  name,
  medianMs,
  ratio: medianMs === null ? null : medianMs / own,
  ...(medianMs === null && { error: 'too large for one binding' }),
});

export const rowOf = (op: string, shape: string, medianMs: number, peers: Peer[], more: Partial<Row> = {}): Row => ({
  ...{ op, shape, variant: 'tiled', precision: 'f32', chosen: true, medianMs, spread: 0.01, samples: 5 },
  ...{ gflops: 100, gbps: 1, share: 0.5, peers },
  ...more,
});

export const reportOf = (rows: Row[], more: Partial<Report> = {}): Report => ({
  ...{ adapter: 'llvmpipe-llvm-15', driver: 'llvmpipe: Mesa 25', kind: 'cpu', node: '20.20.2' },
  ...{ date: '2026-01-02T03:04:05.678Z', commit: 'abc1234', versions: { tensorflow: '4.22.0' } },
  ceilings: { fma: 100, copy: 10 },
  rows,
  ...more,
});
