// A deterministic workload on the allocator, as plain code: imported as it is, and loaded rewritten.

import { Arena, DoubleFreeError, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'

/** Every pointer and answer of the operations, in order, then the audit and the statistics. */
export interface Course {
  readonly answers: readonly unknown[]
  readonly audit: unknown
  readonly stats: unknown
}

export function workload(seed: number, operations: number): Course {
  const arena = Arena.create({ bytes: 32 * 2 ** 20, threads: 4 })
  let threads = 100
  const attach = () => new Heap(ThreadRecord.claim(arena, threads++))
  const heaps = [attach(), attach(), attach()]
  const live: number[] = []
  const answers: unknown[] = []
  let state = seed
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const take = () => {
    const at = random(live.length)
    const p = live[at] as number
    live[at] = live[live.length - 1] as number
    live.length--
    return p
  }
  const keep = (p: number) => {
    answers.push(p)
    if (p !== 0) live.push(p)
  }

  for (let k = 0; k < operations; k++) {
    const who = random(3)
    const heap = heaps[who] as Heap
    const size = random(8) === 0 ? random(300_000) : random(4) === 0 ? random(20_000) : random(400)
    const kind = random(100)
    if (kind < 40) keep(heap.tryMalloc(size))
    else if (kind < 44) keep(heap.calloc(2, size >>> 1))
    else if (kind < 47) keep(heap.memalign(2 ** random(14), size))
    else if (kind < 50) keep(heap.site(`site ${random(3)}`).tryMalloc(size))
    else if (kind < 88) {
      if (live.length > 0) heap.free(take())
    } else if (kind < 95) {
      if (live.length > 0) keep(heap.realloc(take(), size))
    } else if (kind < 97) {
      try {
        const p = heap.malloc(64)
        heap.free(p)
        heap.free(p)
      } catch (error) {
        answers.push(error instanceof DoubleFreeError ? error.message : error)
      }
    } else if (kind < 98) heap.flush()
    else if (kind < 99) heap.park()
    else {
      heap.detach()
      heaps[who] = attach()
    }
  }
  return { answers, audit: arenaless(heaps[0]?.audit()), stats: arenaless(heaps[0]?.stats()) }
}

/** Without what differs between any two heaps. */
function arenaless(report: unknown): unknown {
  return JSON.parse(JSON.stringify(report, (name, value: unknown) => (name === 'id' ? undefined : value)))
}
