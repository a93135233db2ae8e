/**
 * What a figure was measured on, and how quiet it was. What the kernel does not tell (on systems other than Linux,
 * or in a container) is 'unknown'.
 */

import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { max, median, sum } from 'simple-statistics'
import type { Result } from '../figures.ts'
import { spread } from '../statistics.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly os: string
  readonly arch: string
  readonly node: string
  readonly v8: string
  /** Transparent huge pages: always, madvise or never. */
  readonly hugePages: string
  /** What chooses the processors' frequency. */
  readonly governor: string
  /** vm.overcommit_memory: 0 guesses, 1 always, 2 never. */
  readonly overcommit: string
  /** The version of each contender that ran. */
  readonly peers: Readonly<Record<string, string>>
}

/** How much else went on: what it takes to judge the figures. */
export interface Noise {
  /** Load average of the minute before the run. */
  readonly load: number
  /** Share of the processors' time that the hypervisor gave to others. */
  readonly steal: number
  /** Median over all results of the middle half of the rounds over their median. */
  readonly spread: number
  /** Contenders that were still changing speed when their warm-up was over, with their place. */
  readonly unsteady: readonly string[]
  /** A sentence for each figure that is too high. */
  readonly warnings: readonly string[]
}

const MOST = { load: 0.25, steal: 0.01, spread: 0.1, unsteady: 0.1 }

export function describeMachine(peers: Readonly<Record<string, string>>): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: `${type()} ${release()}`,
    arch: process.arch,
    node: process.versions.node,
    v8: process.versions.v8,
    hugePages: /\[(\w+)\]/.exec(kernel('/sys/kernel/mm/transparent_hugepage/enabled'))?.[1] ?? 'unknown',
    governor: kernel('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor') || 'unknown',
    overcommit: kernel('/proc/sys/vm/overcommit_memory') || 'unknown',
    peers,
  }
}

/** Listens from its making to `judge`. */
export class Quiet {
  readonly #load = loadavg()[0]
  readonly #ticks = processorTicks()

  /** What speaks against starting now. */
  get warnings(): string[] {
    return warningsFor({ load: this.#load, steal: 0, spread: 0, unsteady: [] }, 0)
  }

  judge(results: readonly Result[], unsteady: readonly string[]): Noise {
    const { total, stolen } = processorTicks()
    const load = this.#load
    const steal = (stolen - this.#ticks.stolen) / max([1, total - this.#ticks.total])
    const spreads = results.map(({ launches }) => spread(launches.flat()))
    const noise = { load, steal, spread: spreads.length === 0 ? 0 : median(spreads), unsteady }
    const warmUps = sum(results.map(({ launches }) => launches.length))
    return { ...noise, warnings: warningsFor(noise, warmUps) }
  }
}

/** One sentence for each measure of noise that is too high to trust small differences. */
export function warningsFor(noise: Omit<Noise, 'warnings'>, warmUps: number): string[] {
  const { load, steal, spread, unsteady } = noise
  const cores = availableParallelism()
  const warnings: string[] = []
  if (load > MOST.load * cores)
    warnings.push(`the load average was ${load.toFixed(2)} before the run, with ${cores} cores`)
  if (steal > MOST.steal) warnings.push(`${percent(steal)} of the processors' time went to other machines`)
  if (spread > MOST.spread)
    warnings.push(`the middle half of the rounds spreads over ${percent(spread)} of their median`)
  if (unsteady.length > MOST.unsteady * warmUps)
    warnings.push(
      `${unsteady.length} of ${warmUps} warm-ups did not end steady: ${unsteady.slice(0, 3).join('; ')}`,
    )
  return warnings
}

function percent(part: number): string {
  return `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`
}

/** Of all processors since the system started; zeros where there is no /proc/stat. */
function processorTicks(): { total: number; stolen: number } {
  const ticks = (/^cpu +(.*)/.exec(kernel('/proc/stat'))?.[1] ?? '0').split(' ').slice(0, 8).map(Number)
  return { total: sum(ticks), stolen: ticks[7] ?? 0 }
}

function kernel(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return ''
  }
}
