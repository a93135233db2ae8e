/** Figures as a run might have measured them, for tests of what is made of them. */

import type { Memory, Ratio, Report, Result } from '#figures'
import { estimate } from '#statistics'

/** A machine that nobody has. */
const machine = {
  cpu: 'Abacus 1',
  cores: 2,
  memoryBytes: 8 * 2 ** 30,
  os: 'Linux 6.1',
  arch: 'x64',
  node: '20.19.0',
  v8: '11.3',
  hugePages: 'madvise',
  governor: 'performance',
  overcommit: '0',
  peers: { hakmem: '0.1.0', mimalloc: '2.0.9' },
}

/** hakmem's ratio to a contender: two launches of rounds around `middle`. */
export function ratio(workload: string, threads: number, peer: string, middle: number): Ratio {
  const launches = [
    [middle * 0.99, middle],
    [middle, middle * 1.01],
  ]
  return { workload, threads, peer, ...estimate(launches), launches }
}

export function result(
  workload: string,
  threads: number,
  peer: string,
  median: number,
  more: Partial<Result> = {},
): Result {
  return { workload, threads, peer, unit: 'M ops/s', median, launches: [[median], [median]], ...more }
}

/** That grew by so many MiB with so many live, at once and for good. */
export function memory(grown: number, live: number): Memory {
  const MiB = 2 ** 20
  const samples = [0.2, 0.4, 0.6].map((seconds) => ({ seconds, bytes: (40 + grown) * MiB }))
  return { baselineBytes: 40 * MiB, peakBytes: (40 + grown) * MiB, liveBytes: live * MiB, samples }
}

export function report(parts: Partial<Report> = {}): Report {
  return {
    schema: 3,
    date: '2025-11-24T08:00:00.000Z',
    command: 'pnpm bench --profile full',
    settings: { launches: 2, rounds: 2, seconds: 0.1, memorySeconds: 0, seed: 1, pinned: true },
    machine,
    noise: { load: 0.1, steal: 0, spread: 0.02, unsteady: [], warnings: [] },
    results: [],
    ratios: [],
    failures: [],
    absences: [],
    ...parts,
  }
}
