/**
 * How full a heap is when memory first runs out: the bytes that are live, as asked for, over the bytes of the heap.
 *
 *     node benchmarks/dist/first-oom.js
 *
 * Threads fill the heap with blocks of 16 bytes up to a most, uniform; one operation in four frees a random block
 * instead. The first thread that gets no block ends it for all. They take turns, each for its share of a 64th of the
 * heap, so that none is ahead because the system ran it first. What is not live then is what the ownership of
 * extents, size classes and the metadata cost. Blocks are not written to, so 4 GiB need 0.6 GiB of memory. There is no
 * heap of less than 512 KiB per thread.
 */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { Heap, type HeapHandle, InvalidSizeError } from '@hakmem/core'
import Table from 'cli-table3'
import { sum } from 'simple-statistics'
import { takeNoOptions } from './no-options.ts'

const MiB = 2 ** 20
const HEAPS = [MiB, 16 * MiB, 256 * MiB, 1024 * MiB, 4096 * MiB]
const THREADS = [1, 4, 8, 16]
const MOST = [1024, 8192, 65_536]
const LEAST = 16
const TURNS = 64
/** Value of the turn word when a thread got no block. */
const OVER = -1

interface Role {
  readonly heap: HeapHandle
  readonly turn: SharedArrayBuffer
  readonly index: number
  readonly threads: number
  readonly most: number
}

/** Allocates and frees in turn with the others; the bytes that are live when memory has run out. */
function fill({ heap: handle, turn: shared, index, threads, most }: Role): number {
  const heap = Heap.attach(handle)
  const turn = new Int32Array(shared)
  const share = heap.buffer.byteLength / threads / TURNS
  const blocks: number[] = []
  const sizes: number[] = []
  let random = Math.imul(index + 1, 0x9e3779b1) | 1
  const next = () => {
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    return random >>> 0
  }
  for (;;) {
    const now = Atomics.load(turn, 0)
    if (now === OVER) return sum(sizes)
    if (now !== index) {
      Atomics.wait(turn, 0, now)
      continue
    }
    let after = (index + 1) % threads
    for (let taken = 0; taken < share; ) {
      if (next() % 4 === 0 && blocks.length > 0) {
        const place = next() % blocks.length
        heap.free(blocks[place])
        taken -= sizes[place]
        blocks[place] = blocks[blocks.length - 1]
        sizes[place] = sizes[sizes.length - 1]
        blocks.pop()
        sizes.pop()
        continue
      }
      const size = LEAST + (next() % (most - LEAST + 1))
      const p = heap.tryMalloc(size)
      if (p === 0) {
        after = OVER
        break
      }
      blocks.push(p)
      sizes.push(size)
      taken += size
    }
    // Read by the thread whose turn it is, and, when it is over, by all.
    Atomics.store(turn, 0, after)
    Atomics.notify(turn, 0)
  }
}

/** The share of a heap that is live when memory first runs out; a dash if there is no such heap. */
async function measure(bytes: number, threads: number, most: number): Promise<string> {
  try {
    const heap = Heap.create({ bytes, threads })
    heap.detach()
    const turn = new SharedArrayBuffer(4)
    const live = await Promise.all(
      Array.from({ length: threads }, (_, index) => {
        const role: Role = { heap: heap.handle, turn, index, threads, most }
        const worker = new Worker(new URL(import.meta.url), { workerData: role })
        return new Promise<number>((resolve, reject) => {
          worker.on('message', resolve)
          worker.on('error', reject)
        })
      }),
    )
    return `${((100 * sum(live)) / bytes).toFixed(1)} %`
  } catch (error) {
    if (error instanceof InvalidSizeError) return '-'
    throw error
  }
}

/** Each figure comes from a process of its own, whose memory goes when it ends. */
function printAll(): void {
  for (const most of MOST) {
    const threads = THREADS.map((count) => `${count} thread${count === 1 ? '' : 's'}`)
    const style = { head: [], border: [], compact: true }
    const table = new Table({ head: [`16..${most} B`, ...threads], style })
    for (const bytes of HEAPS) {
      const row = THREADS.map((threads) => {
        const args = [fileURLToPath(import.meta.url), bytes, threads, most].map(String)
        return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim()
      })
      table.push([`${bytes / MiB} MiB`, ...row])
    }
    console.log(table.toString())
  }
}

const [bytes, threads, most] = process.argv.slice(2).map(Number)
if (!isMainThread) parentPort?.postMessage(fill(workerData))
else if (most !== undefined) console.log(await measure(bytes, threads, most))
else {
  takeNoOptions(`Usage: node benchmarks/dist/first-oom.js

How full heaps of 1 MiB to 4 GiB are when memory first runs out, with 1 to 16 threads. About a minute. Takes no options.`)
  printAll()
}
