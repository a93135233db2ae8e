// A heap inside the memory of a WebAssembly module: a pointer is an address there, and the module reads structs in place.

import { Heap, type Ptr } from '@hakmem/core'
import { layoutOf, Region } from '@hakmem/structs'
import { Piscina } from 'piscina'
import { compare } from '../compare.js'
import { compile, Memory, PAGES } from './module.js'
import { Reading, readingOf } from './record.js'

export async function main(scale: number): Promise<void> {
  const count = Math.max(100, Math.round(200_000 * scale))
  const module = await compile()
  const memory = new Memory({ initial: PAGES, maximum: PAGES, shared: true })
  const heap = Heap.create({ memory, byteOffset: 2 ** 20, threads: 2 })
  const pool = new Piscina({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
  })
  console.log(`${layoutOf(Reading)}\n${count} readings, added up by kind in a worker's WebAssembly module`)
  await pool.run({ module, readings: [] }, { name: 'sumPosted' })

  await compare('readings', count, {
    shared: async () => {
      using region = Region.create(heap)
      let first: Ptr<Reading> | 0 = 0
      for (let k = 0; k < count; k++) {
        const { sensor, kind, value } = readingOf(k)
        const p: Ptr<Reading> = Reading.make(region)
        const reading: Reading = Reading.at(heap, p)
        reading.sensor = sensor
        reading.kind = kind
        reading.value = value
        reading.next = first
        first = p
      }
      return total(await pool.run({ module, memory, first }, { name: 'sumShared' }))
    },
    posted: async () => {
      const readings = Array.from({ length: count }, (_, k) => readingOf(k))
      return total(await pool.run({ module, readings }, { name: 'sumPosted' }))
    },
  })
  console.log(`still allocated: ${heap.audit().live} bytes`)
  await pool.destroy()
  heap.detach()
}

/** One number out of three, so that each counts. */
const total = ([heat = 0, light = 0, sound = 0]: number[]): number => heat + 2 * light + 3 * sound
