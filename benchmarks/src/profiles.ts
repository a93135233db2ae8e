/** The named profiles: which workloads, with how many threads, how often and how long. */

import { workloads } from './workloads.ts'

export interface Profile {
  readonly about: string
  readonly workloads: readonly string[]
  readonly threads: readonly number[]
  readonly rounds: number
  /** Seconds per round and contender. */
  readonly seconds: number
}

export const DEFAULT_PROFILE = 'quick'

export const profiles: Readonly<Record<string, Profile>> = {
  quick: {
    about: 'the main workloads under contention, in under two minutes',
    workloads: ['tiny-hot', 'random-mixed', 'mid-large-mt', 'larson', 'ring', 'scatter'],
    threads: [2],
    rounds: 5,
    seconds: 0.2,
  },
  tiny: {
    about: 'small blocks, each thread for itself',
    workloads: ['tiny-hot', 'random-mixed-256'],
    threads: [1, 2],
    rounds: 9,
    seconds: 0.5,
  },
  mixed: {
    about: 'random sizes up to 1 or 2 KiB',
    workloads: ['random-mixed', 'random-mixed-256', 'random-mixed-2k'],
    threads: [1, 2],
    rounds: 9,
    seconds: 0.5,
  },
  mid: {
    about: '8 KiB to 1 MiB',
    workloads: ['mid-large-mt', 'mid-large-mt-large', 'larson-mid'],
    threads: [1, 2],
    rounds: 9,
    seconds: 0.5,
  },
  remote: {
    about: 'blocks freed by another thread than allocated them',
    workloads: ['ring', 'scatter-small', 'scatter', 'larson'],
    threads: [2],
    rounds: 9,
    seconds: 0.5,
  },
  larson: {
    about: 'the server simulation, with one to four threads',
    workloads: ['larson', 'larson-mid'],
    threads: [1, 2, 4],
    rounds: 7,
    seconds: 1,
  },
  full: {
    about: 'everything there is; takes about half an hour',
    workloads: workloads.map(({ name }) => name),
    threads: [1, 2, 4],
    rounds: 11,
    seconds: 0.5,
  },
}
