/** The named profiles: which workloads, with how many threads, how often and how long. */

import { LEAST_LAUNCHES } from './figures.ts'
import { workloads } from './workloads.ts'

export interface Profile {
  readonly about: string
  readonly workloads: readonly string[]
  /** Which contenders; all of them unless told. */
  readonly peers?: readonly string[]
  readonly threads: readonly number[]
  /** Processes per contender and cell. */
  readonly launches: number
  /** Per launch. */
  readonly rounds: number
  /** Per round and contender. */
  readonly seconds: number
  /** Per contender in a run of its own that measures memory; 0 for none. */
  readonly memorySeconds: number
}

export const DEFAULT_PROFILE = 'quick'

const SHORT = { launches: LEAST_LAUNCHES, rounds: 4, seconds: 0.25, memorySeconds: 0 }

export const profiles: Readonly<Record<string, Profile>> = {
  quick: {
    about: 'the main workloads under contention, for a first look',
    workloads: ['tiny-hot', 'random-mixed', 'mid-large-mt', 'larson', 'ring', 'scatter'],
    peers: ['mimalloc-keep', 'jemalloc-keep', 'tcmalloc-keep', 'libc-keep', 'as-tlsf', 'sab'],
    threads: [2],
    launches: 2,
    rounds: 3,
    seconds: 0.1,
    memorySeconds: 0,
  },
  tiny: {
    about: 'small blocks, each thread for itself',
    workloads: ['tiny-hot', 'tiny-hot-dynamic', 'tiny-hot-called', 'random-mixed-256', 'glibc-simple'],
    threads: [1, 2],
    ...SHORT,
  },
  mixed: {
    about: 'many sizes, most of them up to 1 or 2 KiB',
    workloads: [
      'random-mixed',
      'random-mixed-256',
      'random-mixed-2k',
      'random-mixed-called',
      'sh6',
      'sh8',
      'alloc-test',
      'glibc-thread',
      'calloc',
    ],
    threads: [1, 2],
    ...SHORT,
  },
  mid: {
    about: 'mostly 8 KiB to 1 MiB, and up to 25 MiB',
    workloads: ['mid-large-mt', 'mid-large-mt-large', 'larson-mid', 'large-churn', 'realloc-vectors'],
    threads: [1, 2],
    ...SHORT,
  },
  remote: {
    about: 'blocks freed by another thread than allocated them',
    workloads: ['ring', 'scatter-small', 'scatter', 'larson', 'xmalloc', 'xmalloc-sizes', 'rptest'],
    threads: [2],
    ...SHORT,
  },
  larson: {
    about: 'the server simulation',
    workloads: ['larson', 'larson-mid'],
    threads: [1, 2, 4],
    ...SHORT,
    seconds: 0.5,
  },
  churn: {
    about: 'threads that come and go, and blocks that outlive them',
    workloads: ['larson', 'larson-mid', 'mstress', 'rptest', 'mleak', 'attach', 'spawn'],
    threads: [2, 4],
    ...SHORT,
    seconds: 0.5,
  },
  memory: {
    about: 'resident memory over live bytes, and in the course of time',
    workloads: [
      'mid-large-mt-large',
      'larson-mid',
      'large-churn',
      'xmalloc-sizes',
      'scatter',
      'sh8',
      'mleak',
    ],
    threads: [2],
    ...SHORT,
    memorySeconds: 10,
  },
  scaling: {
    about: 'one to eight threads, more than most machines have cores',
    workloads: ['tiny-hot', 'random-mixed', 'mid-large-mt', 'larson', 'cache-scratch', 'cache-thrash'],
    threads: [1, 2, 4, 8],
    ...SHORT,
  },
  full: {
    about: 'everything there is',
    workloads: workloads.map(({ name }) => name),
    threads: [1, 2, 4],
    ...SHORT,
    memorySeconds: 3,
  },
}
