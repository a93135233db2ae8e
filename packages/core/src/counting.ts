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

    override tryMalloc(size: number): Ptr {
      return this.once(() => super.tryMalloc(size))
    }

    override calloc(count: number, size: number): Ptr {
      return this.once(() => super.calloc(count, size))
    }

    override memalign(alignment: number, size: number): Ptr {
      return this.once(() => super.memalign(alignment, size))
    }

    override tryMallocAt(site: number, size: number): Ptr {
      return this.once(() => super.tryMallocAt(site, size))
    }

    override free(p: number): void {
      const isMine = typeof p === 'number' && this.record.extents.isMine(p >>> this.shift)
      super.free(p)
      if (p !== 0) this.record.count(isMine ? COUNTERS.freesLocal : COUNTERS.freesRemote)
    }

    /** Counts a block, unless the method that it came from is built on one that counted it. */
    private once(allocate: () => Ptr): Ptr {
      const { slabs } = this.record
      const before = slabs.counter(COUNTERS.mallocs)
      const p = allocate()
      if (p !== 0 && slabs.counter(COUNTERS.mallocs) === before) this.record.count(COUNTERS.mallocs)
      return p
    }
  }
}
