// A little of everything, by three threads played in turn; prints what came of it and, where `#ordering` was replaced,
// what was recorded.

import { Arena, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { randomFrom } from '@hakmem/testing/random'
import type { Recording } from './ordering.recorder.ts'

export interface Report {
  /** Every pointer that was handed out. */
  readonly pointers: number[]
  readonly ok: boolean
  readonly live: number
  /** How often each operation was called up to here; absent if nothing records. */
  readonly counts: Record<string, number> | undefined
  /** What was thrown by a free whose block its owner collected right behind the mark; 'nothing' if all is well. */
  readonly race: string
}

const { recording } = globalThis as { recording?: Recording }

const arena = Arena.create({ bytes: 8 * 2 ** 20, threads: 5 })
const heaps = [1, 2, 3].map((thread) => new Heap(ThreadRecord.claim(arena, thread)))
heaps.push(Heap.attach(arena.buffer))
const random = randomFrom(1)
const pointers: number[] = []
const live: number[] = []
for (let step = 0; step < 5000; step++) {
  const heap = heaps[random(heaps.length)]
  if (random(2) === 0 && live.length > 0) {
    heap.free(live.splice(random(live.length), 1)[0])
  } else {
    const p = heap.tryMalloc(1 + random(2 ** (4 + random(13))))
    pointers.push(p)
    if (p !== 0) live.push(p)
  }
  if (random(500) === 0) heap.park()
}
for (const p of live) heaps[0].free(p)
for (const heap of heaps) heap.detach()
const counts = recording === undefined ? undefined : { ...recording.counts }

const [a, b] = [4, 5].map((thread) => new Heap(ThreadRecord.claim(arena, thread)))
let race = 'nothing'
for (const size of [100, 2000, 20_000, 100_000]) {
  // Its neighbour goes with it, so that the pages of both become one free run.
  const neighbour = a.malloc(3000)
  const p = a.malloc(size)
  a.free(neighbour)
  if (recording !== undefined) recording.afterMark = () => a.flush()
  try {
    b.free(p)
  } catch (error) {
    race = String(error)
  }
  a.flush()
}

const audit = a.audit()
const report: Report = { pointers, ok: audit.ok, live: audit.live, counts, race }
console.log(JSON.stringify(report))
