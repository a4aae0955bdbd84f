import type { BenchmarkResult } from '../result.ts'

/** A benchmark's figures for a test that cares for the given ones. */
export function benchmarkResult(parts: Partial<BenchmarkResult>): BenchmarkResult {
  return {
    name: 'B1',
    title: 'launch 10 pods',
    conditions: {
      date: '2026-11-23T01:02:03.000Z',
      commit: 'abc',
      processor: 'a processor',
      cores: 2,
      memoryGiB: 8,
      system: 'linux 6 x64',
      node: 'v24.0.0',
      kubernetes: 'v1.36.3',
    },
    metrics: [{ name: 'creates/s', digits: 0 }],
    contenders: {},
    load: [0.5, 1],
    seconds: 12.3,
    ...parts,
  }
}
