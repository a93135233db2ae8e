/** What a figure was measured on. */

import { availableParallelism, cpus, release, totalmem, type } from 'node:os'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly os: string
  readonly arch: string
  readonly node: string
  readonly v8: string
  /** The version of each contender that ran. */
  readonly peers: Readonly<Record<string, string>>
}

export function describeMachine(peers: Readonly<Record<string, string>>): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: `${type()} ${release()}`,
    arch: process.arch,
    node: process.versions.node,
    v8: process.versions.v8,
    peers,
  }
}
