/**
 * `pnpm bench:sync`: what a lock costs that nobody else wants, beside a bare pair of compareExchange; and how many values a
 * second pass through a Queue between two threads. Rounds of all in turn, medians.
 */

import { Worker } from 'node:worker_threads'
import { Queue, SharedMap } from '@hakmem/collections'
import { Heap } from '@hakmem/core'
import { Mutex, RWLock, SpinLock } from '@hakmem/sync'
import Table from 'cli-table3'
import { median } from 'simple-statistics'
import { takeNoOptions } from './no-options.ts'
import type { QueueData } from './sync.worker.ts'

takeNoOptions(`Usage: pnpm bench:sync

What a lock costs that nobody else wants, beside a bare pair of compareExchange; and how many values a second pass through
a Queue between two threads. Takes no options.`)

const ROUNDS = 7
const PAIRS = 1_000_000
const VALUES = 2_000_000
const CAPACITIES = [64, 1024, 16_384]

const heap = Heap.create({ bytes: 32 * 2 ** 20, threads: 4 })
const { sync, I32: words } = heap
const mutex = new Mutex(sync, heap.calloc(1, 64))
const spinLock = new SpinLock(sync, heap.calloc(1, 64))
const rwLock = new RWLock(sync, heap.calloc(1, 64))
const bare = heap.calloc(1, 64) >>> 2
const map = SharedMap.create(heap)
for (let k = 0; k < 1000; k++) map.set(`key ${k}`, k)

/** Each runs `count` times what its name says. */
const pairs: Readonly<Record<string, (count: number) => void>> = {
  'bare compareExchange, there and back': (count) => {
    for (let k = 0; k < count; k++) {
      Atomics.compareExchange(words, bare, 0, 1)
      Atomics.compareExchange(words, bare, 1, 0)
    }
  },
  'Mutex lock, unlock': (count) => {
    for (let k = 0; k < count; k++) {
      mutex.lock()
      mutex.unlock()
    }
  },
  'SpinLock lock, unlock': (count) => {
    for (let k = 0; k < count; k++) {
      spinLock.lock()
      spinLock.unlock()
    }
  },
  'RWLock readLock, readUnlock': (count) => {
    for (let k = 0; k < count; k++) {
      rwLock.readLock()
      rwLock.readUnlock()
    }
  },
  'RWLock writeLock, writeUnlock (4 members)': (count) => {
    for (let k = 0; k < count; k++) {
      rwLock.writeLock()
      rwLock.writeUnlock()
    }
  },
  'SharedMap get, a string of 7': (count) => {
    for (let k = 0; k < count; k++) map.get('key 500')
  },
}

const nanoseconds = new Map(Object.keys(pairs).map((name) => [name, [] as number[]]))
const rates = new Map(CAPACITIES.map((capacity) => [capacity, [] as number[]]))
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, run] of Object.entries(pairs)) {
    const start = performance.now()
    run(PAIRS)
    // The first round only warms up.
    if (round > 0) nanoseconds.get(name)?.push(((performance.now() - start) * 1e6) / PAIRS)
  }
}
const before = process.memoryUsage().heapUsed
pairs['Mutex lock, unlock']?.(PAIRS)
const garbage = Math.max(0, process.memoryUsage().heapUsed - before) / PAIRS
for (let round = 0; round < ROUNDS; round++) {
  for (const capacity of CAPACITIES) rates.get(capacity)?.push(await rateOf(capacity))
}

const [base = Number.NaN] = [...nanoseconds.values()].map((values) => median(values))
const locks = new Table({ head: ['uncontended', 'ns', 'of bare'], style: { head: [], border: [] } })
for (const [name, values] of nanoseconds) {
  locks.push([name, median(values).toFixed(1), `${(median(values) / base).toFixed(2)} x`])
}
const queues = new Table({
  head: ['Queue, one producer, one consumer', 'M values/s', 'least', 'most'],
  style: { head: [], border: [] },
})
for (const [capacity, values] of rates) {
  const shown = [median(values), Math.min(...values), Math.max(...values)].map((rate) => rate.toFixed(1))
  queues.push([`capacity ${capacity}`, ...shown])
}
console.log(`${locks}\nMutex lock, unlock: ${garbage.toFixed(2)} bytes of garbage a pair\n${queues}`)

/** Millions of values a second from one worker to another. */
async function rateOf(capacity: number): Promise<number> {
  const queue = Queue.create(heap, capacity)
  const data = { heap: heap.handle, queue: queue.ptr, values: VALUES }
  const workers = (['push', 'pop'] as const).map(
    (role) =>
      new Worker(new URL('./sync.worker.js', import.meta.url), {
        workerData: { ...data, role } satisfies QueueData,
      }),
  )
  const [, rate] = await Promise.all(
    workers.map(
      (worker) =>
        new Promise<number>((resolve, reject) => {
          let answer = 0
          worker.on('message', (message: number) => {
            answer = message
          })
          worker.on('error', reject)
          worker.on('exit', () => resolve(answer))
        }),
    ),
  )
  Queue.destroy(heap, queue.ptr)
  return rate ?? 0
}
