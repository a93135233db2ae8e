/** The heap of `counters: true`: the plain fast paths, each operation counted. */

import { COUNTERS, type Ptr } from '@hakmem/arena'
import type { Heap } from './heap.ts'

export function counting(Base: typeof Heap): typeof Heap {
  return class extends Base {
    override malloc(size: number): Ptr {
      const p = super.malloc(size)
      this.record.count(COUNTERS.mallocs)
      return p
    }

    override free(p: number): void {
      const isMine = typeof p === 'number' && this.record.extents.isMine(p >>> this.shift)
      super.free(p)
      if (p !== 0) this.record.count(isMine ? COUNTERS.freesLocal : COUNTERS.freesRemote)
    }
  }
}
