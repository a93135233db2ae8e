// Loaded rewritten, with the allocator: a scenario may be written as if nothing were.

import { Arena, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import type { End } from '../dist/index.js'

interface Heaps {
  readonly owner: Heap
  readonly other: Heap
  readonly blocks: number[]
}

/** One thread frees two blocks of another, which allocates meanwhile and empties its caches. */
export const remoteFree = {
  name: 'remote frees and a flush',
  reuse: true,
  setup(): Heaps {
    const arena = Arena.create({ bytes: 4 * 2 ** 20, threads: 2 })
    const owner = new Heap(ThreadRecord.claim(arena, 1))
    const other = new Heap(ThreadRecord.claim(arena, 2))
    return { owner, other, blocks: [owner.malloc(1024), owner.malloc(1024), owner.malloc(1024)] }
  },
  threads: {
    owner: [(s: Heaps) => s.owner.malloc(1024), (s: Heaps) => s.owner.flush()],
    other: [
      (s: Heaps) => s.other.free(s.blocks[0] as number),
      (s: Heaps) => s.other.free(s.blocks[1] as number),
    ],
  },
  check(s: Heaps, { results }: End): void {
    const { problems, live } = s.owner.audit()
    if (problems.length > 0) throw new Error(problems.join('; '))
    if (live !== 2048) throw new Error(`${live} bytes live instead of 2048`)
    const { record } = s.owner
    for (const p of s.blocks) {
      const page = record.slabs.headPage(p)
      const { S, F } = record.arena
      if (S[p >>> 4] === 255 && F[page] === 0) throw new Error('a mark that nobody will look for')
    }
    if (results.owner?.[0]?.returned === s.blocks[2]) throw new Error('a live block was given out')
  },
}
