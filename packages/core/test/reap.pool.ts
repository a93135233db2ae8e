// What the workers of the Piscina test run: takes blocks and keeps them.

import { Heap, type HeapHandle } from '@hakmem/core'

export default function hold({ heap, sizes }: { heap: HeapHandle; sizes: readonly number[] }): {
  thread: number
  blocks: number[]
} {
  const attached = Heap.attach(heap)
  return { thread: attached.thread, blocks: sizes.map((size) => attached.malloc(size)) }
}
