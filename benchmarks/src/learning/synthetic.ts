/**
 * Synthetic traces of large blocks: five pure ones, as allocators are usually put to, and mixtures of them that follow on
 * each other in one heap (phases). Sizes are log-uniform from 64 KiB to 1 MiB.
 */

import { uniform } from './random.ts'
import { type Trace, TraceWriter } from './trace.ts'

const KIB = 1024
const LOW = 64 * KIB
const HIGH = 1024 * KIB

interface Part {
  readonly trace: TraceWriter
  readonly random: () => number
  readonly steps: number
}

const sizeIn = (random: () => number, low = LOW, high = HIGH): number =>
  Math.floor(low * (high / low) ** random())

/** A table of 400 blocks; each step replaces a random one. */
function steady({ trace, random, steps }: Part): void {
  const table: number[] = []
  for (let k = 0; k < steps; k++) {
    const at = Math.floor(random() * 400)
    if (table[at] !== undefined) trace.free(table[at])
    table[at] = trace.malloc(sizeIn(random), 1)
  }
  for (const id of table) if (id !== undefined) trace.free(id)
}

/** Nine of ten blocks live for the next 8 steps, from one call site; the tenth for 2000, from another. */
function lifetimes({ trace, random, steps }: Part): void {
  const due = new Map<number, number[]>()
  for (let k = 0; k < steps; k++) {
    for (const id of due.get(k) ?? []) trace.free(id)
    due.delete(k)
    const isBrief = random() < 0.9
    const end = k + 1 + Math.floor(random() * (isBrief ? 8 : 2000))
    due.set(end, [...(due.get(end) ?? []), trace.malloc(sizeIn(random), isBrief ? 2 : 3)])
  }
  for (const ids of due.values()) for (const id of ids) trace.free(id)
}

/** Grows to 600 blocks, of which a quarter is replaced on the way, shrinks to 50, and again. */
function ramp({ trace, random, steps }: Part): void {
  const live: number[] = []
  let grows = true
  for (let k = 0; k < steps; k++) {
    if (live.length >= 600) grows = false
    if (live.length <= 50) grows = true
    if (random() < (grows ? 0.8 : 0.2)) live.push(trace.malloc(sizeIn(random), 4))
    else if (live.length > 0) trace.free(live.splice(Math.floor(random() * live.length), 1)[0])
  }
  for (const id of live) trace.free(id)
}

/** First in, first out, 300 blocks long. */
function queue({ trace, random, steps }: Part): void {
  const live: number[] = []
  for (let k = 0; k < steps; k++) {
    if (live.length >= 300) trace.free(live.shift() ?? 0)
    live.push(trace.malloc(sizeIn(random), 5))
  }
  for (const id of live) trace.free(id)
}

/** 24 vectors that double from 64 KiB to 16 MiB by a new block and a free, then end; small blocks come and go between. */
function vectors({ trace, random, steps }: Part): void {
  const VECTORS = 24
  const sizes = Array.from({ length: VECTORS }, () => LOW * 2 ** Math.floor(random() * 8))
  const ids = sizes.map((size) => trace.malloc(size, 6))
  const small: number[] = []
  for (let k = 0; k < steps; k++) {
    const at = Math.floor(random() * VECTORS)
    sizes[at] = sizes[at] >= 16 * KIB * KIB ? LOW : Math.floor(sizes[at] * (1.5 + random()))
    const bigger = trace.malloc(sizes[at], 6)
    trace.free(ids[at])
    ids[at] = bigger
    small.push(trace.malloc(sizeIn(random, LOW, 4 * LOW), 7))
    if (small.length > 100) trace.free(small.splice(Math.floor(random() * small.length), 1)[0])
  }
  for (const id of [...ids, ...small]) trace.free(id)
}

const PARTS = { steady, lifetimes, ramp, queue, vectors } as const

const TRACES: readonly { name: string; about: string; parts: readonly (keyof typeof PARTS)[] }[] = [
  { name: 'steady', about: 'a random one of 400 blocks is replaced', parts: ['steady'] },
  { name: 'long/short lived', about: '90 % live 8 steps, the rest 2000', parts: ['lifetimes'] },
  { name: 'ramp', about: 'grows to 600 blocks, shrinks to 50', parts: ['ramp'] },
  { name: 'queue', about: 'first in, first out, 300 long', parts: ['queue'] },
  { name: 'growing vectors', about: '24 vectors double from 64 KiB to 16 MiB', parts: ['vectors'] },
  { name: 'steady, then vectors', about: 'phases', parts: ['steady', 'vectors'] },
  { name: 'vectors, queue, lifetimes', about: 'phases', parts: ['vectors', 'queue', 'lifetimes'] },
  { name: 'all, in turn', about: 'phases', parts: ['ramp', 'lifetimes', 'queue', 'vectors', 'steady'] },
]

/** Each trace, of about `steps` allocations. */
export function syntheticTraces(seed: number, steps: number): Trace[] {
  return TRACES.map(({ name, about, parts }) => {
    const trace = new TraceWriter()
    for (const part of parts) {
      PARTS[part]({ trace, random: uniform(seed), steps: Math.ceil(steps / parts.length) })
    }
    return trace.finish(name, about)
  })
}
