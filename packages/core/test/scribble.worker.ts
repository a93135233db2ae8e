// A thread that writes anything into blocks that it has freed, and checks that what it is given meanwhile is its own.

import { Heap, type HeapHandle } from '@hakmem/core'
import { randomFrom } from '@hakmem/testing/random'

/** Own blocks never overlap, whatever was written where: `claims` has a word per 16 bytes, the number of who has it. */
export function scribble(
  handle: HeapHandle,
  claims: SharedArrayBuffer,
  index: number,
  steps: number,
): number {
  const heap = Heap.attach(handle)
  const owners = new Int32Array(claims)
  const random = randomFrom(3000 + index)
  const live: number[] = []
  const sizes = new Map<number, number>()
  const stale: number[] = []
  const first = heap.audit().metadata
  const end = heap.buffer.byteLength

  const letGo = (p: number) => {
    for (let word = p >>> 4; word < (p + (sizes.get(p) ?? 0)) >>> 4; word++) {
      if (Atomics.exchange(owners, word, 0) !== index + 1)
        throw new Error(`${word * 16} was handed out twice`)
    }
  }

  for (let step = 0; step < steps; step++) {
    if (random(2) === 0 && live.length > 0) {
      const at = random(live.length)
      const p = live[at]
      live[at] = live[live.length - 1]
      live.pop()
      letGo(p)
      heap.free(p)
      stale[random(64)] = p
    } else {
      const size = 1 + random(random(50) === 0 ? 100_000 : 2 ** (4 + random(9)))
      const p = heap.tryMalloc(size)
      if (p !== 0) {
        if (p % 16 !== 0 || p < first || p + size > end) throw new Error(`${p} is no block`)
        const usable = heap.usableSize(p)
        for (let word = p >>> 4; word < (p + usable) >>> 4; word++) {
          if (Atomics.exchange(owners, word, index + 1) !== 0)
            throw new Error(`${word * 16} was handed out twice`)
        }
        live.push(p)
        sizes.set(p, usable)
      }
    }
    // What lies there now may be free, this thread's again, or another's.
    const q = stale[random(64)]
    if (q !== undefined) for (let k = 0; k < 4; k++) heap.U32[(q >>> 2) + k] = random(2 ** 32)
    if (random(2000) === 0) heap.park()
  }
  for (const p of live) {
    letGo(p)
    heap.free(p)
  }
  heap.detach()
  return live.length
}
