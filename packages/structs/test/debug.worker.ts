// A thread that makes structs and leaves them.

import { Heap, type HeapHandle } from '@hakmem/core'
import { f64, ptr, struct, u8 } from '@hakmem/structs'

class Star extends struct({ mass: f64, next: ptr<Star>() }) {}
class Unknown extends struct({ a: u8, b: f64 }) {}

export function leak(handle: HeapHandle): { thread: number; star: number; other: number } {
  using heap = Heap.attach(handle)
  const star = Star.make(heap, { mass: 7 })
  Star.make(heap, { next: star })
  Star.make(heap)
  Star.makeMany(heap, 10)
  return { thread: heap.thread, star, other: Unknown.make(heap) }
}
