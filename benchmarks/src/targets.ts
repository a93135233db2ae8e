/**
 * What hakmem is to reach, as data: against whom, in which workload, the least that is accepted (floor) and what is
 * aimed at. Ratios are hakmem's speed over the reference's. Nothing else in the benchmarks knows a target.
 */

import type { Place } from './figures.ts'

/** Whom targets are set against: of several contenders, the one that is fastest in the place at hand. */
export interface Reference {
  readonly title: string
  readonly peers: readonly string[]
}

export const references = {
  mimalloc: { title: 'mimalloc that keeps its memory', peers: ['mimalloc-keep'] },
  field: {
    title: 'best of jemalloc, tcmalloc, libc that keep it',
    peers: ['jemalloc-keep', 'tcmalloc-keep', 'libc-keep'],
  },
  tlsf: { title: "AssemblyScript's TLSF behind a lock", peers: ['as-tlsf'] },
} as const satisfies Record<string, Reference>

export type ReferenceName = keyof typeof references

export interface Goal {
  readonly floor: number
  readonly aim: number
}

export interface Target {
  readonly workloads: readonly string[]
  /** With any number of threads unless told. */
  readonly threads?: readonly number[]
  readonly against: Partial<Readonly<Record<ReferenceName, Goal>>>
}

export const targets: readonly Target[] = [
  {
    workloads: ['tiny-hot'],
    threads: [1, 2],
    against: {
      mimalloc: { floor: 0.8, aim: 1 },
      field: { floor: 1, aim: 1.2 },
      tlsf: { floor: 10, aim: 10 },
    },
  },
  {
    workloads: ['random-mixed'],
    against: { mimalloc: { floor: 1, aim: 1.2 }, field: { floor: 1, aim: 1.2 }, tlsf: { floor: 5, aim: 5 } },
  },
  {
    workloads: ['mid-large-mt'],
    threads: [2],
    against: {
      mimalloc: { floor: 1.8, aim: 2.5 },
      field: { floor: 1, aim: 1.2 },
      tlsf: { floor: 10, aim: 10 },
    },
  },
  {
    workloads: ['mid-large-mt-large'],
    threads: [2],
    against: { mimalloc: { floor: 1, aim: 1.5 }, field: { floor: 1, aim: 1.2 }, tlsf: { floor: 5, aim: 5 } },
  },
  {
    workloads: ['ring', 'xmalloc', 'xmalloc-sizes'],
    against: { mimalloc: { floor: 1.5, aim: 2 }, field: { floor: 3, aim: 3 }, tlsf: { floor: 10, aim: 10 } },
  },
  {
    workloads: ['scatter-small', 'scatter'],
    against: {
      mimalloc: { floor: 1.3, aim: 2.5 },
      field: { floor: 1.3, aim: 3 },
      tlsf: { floor: 5, aim: 5 },
    },
  },
  {
    workloads: ['larson', 'larson-mid'],
    against: { mimalloc: { floor: 1, aim: 1.4 }, field: { floor: 1, aim: 1.3 }, tlsf: { floor: 5, aim: 5 } },
  },
  {
    workloads: ['mstress', 'rptest', 'sh6', 'sh8', 'alloc-test', 'glibc-simple', 'glibc-thread'],
    against: {
      mimalloc: { floor: 0.9, aim: 1.1 },
      field: { floor: 0.9, aim: 1.1 },
      tlsf: { floor: 5, aim: 5 },
    },
  },
]

/** Of the geometric mean with one entry per workload. */
export const meanTarget: Target['against'] = {
  mimalloc: { floor: 1.15, aim: 1.4 },
  field: { floor: 1.15, aim: 1.4 },
}

/** The most that the 99.9th percentile of one operation may take, in nanoseconds. */
export const latencyTarget = {
  workloads: ['random-mixed'] as readonly string[],
  part: 0.999,
  most: 5000,
} as const

/**
 * Growth of resident memory over that of each of `peers`, the one that keeps its memory as hakmem does and the one
 * that gives it back: the most of the geometric mean and of any single place. Places with less than `leastLiveBytes`
 * are listed and not judged.
 */
export const memoryTarget = {
  peers: ['mimalloc-keep', 'mimalloc'],
  mean: 1.1,
  each: 1.5,
  leastLiveBytes: 16 * 2 ** 20,
} as const

/** The least speed-up over one thread, per thread, for as many threads as there are processors. */
export const speedUpTarget = {
  workloads: ['cache-scratch', 'cache-thrash'] as readonly string[],
  perThread: 0.9,
}

/** The goal for hakmem's ratio to a reference in this place; undefined where none is set. */
export function goalAt({ workload, threads }: Place, reference: ReferenceName): Goal | undefined {
  const found = targets.find(
    (target) => target.workloads.includes(workload) && (target.threads?.includes(threads) ?? true),
  )
  return found?.against[reference]
}
