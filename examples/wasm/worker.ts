// Runs the module, on the memory of the heap or on a heap of its own that it first copies the readings into.

import { Heap, type Ptr } from '@hakmem/core'
import { Region } from '@hakmem/structs'
import { Memory, PAGES, type SharedMemory, summer } from './module.js'
import { type PlainReading, Reading } from './record.js'

export function sumShared({
  module,
  memory,
  first,
}: {
  module: object
  memory: SharedMemory
  first: Ptr<Reading>
}): number[] {
  const sum = summer(module, memory)
  return [0, 1, 2].map((kind) => sum(first, kind))
}

let own: { memory: SharedMemory; heap: Heap } | undefined

export function sumPosted({ module, readings }: { module: object; readings: PlainReading[] }): number[] {
  if (own === undefined) {
    const memory = new Memory({ initial: PAGES, maximum: PAGES, shared: true })
    own = { memory, heap: Heap.create({ memory, byteOffset: 2 ** 20 }) }
  }
  using region = Region.create(own.heap)
  let first: Ptr<Reading> | 0 = 0
  for (const { sensor, kind, value } of readings) {
    const p: Ptr<Reading> = Reading.make(region)
    const reading: Reading = Reading.at(own.heap, p)
    reading.sensor = sensor
    reading.kind = kind
    reading.value = value
    reading.next = first
    first = p
  }
  const sum = summer(module, own.memory)
  return [0, 1, 2].map((kind) => sum(first, kind))
}
