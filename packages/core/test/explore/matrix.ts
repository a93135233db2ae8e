// `pnpm faults`: the fault matrix of docs/guarantees.md, made by running each fault. A row is a fault, how often it
// struck, what came of it, and the bytes that were lost: live, known to nobody and not among the suspects. A violation of
// any promise ends it with exit status 1.

import { Worker } from 'node:worker_threads'
import { Arena, ThreadRecord } from '@hakmem/arena'
import { Heap, isHeapError, type Reaped } from '@hakmem/core'
import { drain, type End, type ExploreOptions, explore } from '@hakmem/interleave'
import { commandLine } from '@hakmem/testing/command-line'
import { randomFrom } from '@hakmem/testing/random'
import type { Entry } from './books.ts'
import { loadScenes, type Scene, type SceneName } from './lab.ts'

const MIB = 2 ** 20

commandLine(
  `Usage: pnpm faults

Makes each fault of the matrix in docs/guarantees.md and prints what came of it, as a table. Takes no options, and a minute
or two.`,
  {},
)

/** Small scenarios that together reach every kind of step: their sum takes about a minute. */
const STRUCK: readonly SceneName[] = [
  'sweep',
  'retire',
  'parks',
  'release',
  'large',
  'adoptions',
  'chainParks',
  'lateFree',
]
const REAPED: readonly SceneName[] = ['release', 'parks', 'large', 'chainParks']

const rows: (readonly [fault: string, runs: number, outcome: string, lost: number])[] = []
const loaded = await loadScenes()

/** Explores the scenarios and counts how they ended; a schedule that loses or breaks anything throws. */
function struck(names: readonly SceneName[], options: ExploreOptions, tell: (end: End) => void): void {
  for (const name of names) {
    const scene = drain(loaded[name]()) as Scene
    const watched = {
      ...scene,
      check: (s: Parameters<Scene['check']>[0], end: End) => {
        tell(end)
        return scene.check(s, end)
      },
    }
    const { failure } = explore(watched, options)
    if (failure !== undefined) throw new Error(String(failure))
  }
}

function kills(): void {
  const runs = { local: 0, atomic: 0, plain: 0 }
  let most = 0
  struck(STRUCK, { preemptions: 1, kills: 1 }, (end) => {
    for (const { where } of end.killed) {
      const plain = /ordering\.js:\d+ (mark|peek|seen)/.test(where)
      runs[plain ? 'plain' : where.includes('ordering.js') ? 'atomic' : 'local']++
    }
    for (const outcome of Object.values(end.results).flat()) {
      const reaped: Reaped | undefined = ((outcome?.returned ?? {}) as Entry).reaped
      most = Math.max(most, reaped?.suspects.length ?? 0)
    }
  })
  const outcome = `reaped; audit exact; survivors finished; ${most} suspects at most`
  rows.push(['killed at a call or a loop', runs.local, outcome, 0])
  rows.push(['killed before or after an atomic step', runs.atomic, outcome, 0])
  rows.push(['killed before or after a plain mark or flag read', runs.plain, outcome, 0])
}

function reapersKilled(): void {
  let runs = 0
  struck(REAPED, { preemptions: 0, kills: 2 }, (end) => {
    if (end.killed.length === 2) runs++
  })
  rows.push(['the reaper killed too, at any of its steps', runs, 'the next reaper went on; audit exact', 0])
}

function overflows(): void {
  let runs = 0
  struck([...STRUCK, 'overflows'], { preemptions: 0, throws: 1 }, (end) => {
    if (end.thrown.length > 0) runs++
  })
  rows.push([
    'stack overflow at any call or loop, caught',
    runs,
    'the next slow path recovered; nothing was lost',
    0,
  ])
}

function doubleFrees(): void {
  let runs = 0
  struck(['doubleFree'], { preemptions: 2 }, () => runs++)
  rows.push([
    'one block freed by two threads at once',
    runs,
    'the allocator stays sound; the block may lose its next life',
    0,
  ])
}

/** Fills a heap of two threads to the last block, by random sizes up to `most`; then all is freed. */
function full(fault: string, most: number, seeds: number): void {
  let failures = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const arena = Arena.create({ bytes: 2 * MIB, threads: 2 })
    const heaps = [1, 2].map((thread) => new Heap(ThreadRecord.claim(arena, thread)))
    const random = randomFrom(seed)
    const live: number[] = []
    for (let misses = 0; misses < 50; ) {
      const heap = heaps[random(2)]
      try {
        if (random(8) === 0 && live.length > 0) heap.free(live.splice(random(live.length), 1)[0])
        else live.push(heap.malloc(1 + random(most)))
      } catch (error) {
        if (!isHeapError(error) || error.code !== 'ERR_HAKMEM_OUT_OF_MEMORY') throw error
        failures++
        misses++
      }
    }
    settle(heaps, live)
  }
  rows.push([fault, failures, 'OutOfMemoryError with figures; freed blocks serve again', 0])
}

/** Frees everything; what is left, and whether the largest block fits, must be as in a new heap. */
function settle(heaps: readonly Heap[], live: readonly number[]): void {
  heaps[0].freeBatch(live)
  for (const heap of heaps) heap.park()
  const audit = heaps[0].audit()
  if (!audit.ok || audit.live !== 0) throw new Error(`${audit.live} bytes left; ${audit.problems.join('; ')}`)
  heaps[0].free(heaps[0].malloc(audit.capacity - audit.metadata))
}

/** Every freed block is overwritten, again and again, as a stale pointer would. */
function staleWrites(): void {
  const arena = Arena.create({ bytes: 4 * MIB, threads: 2 })
  const heaps = [1, 2].map((thread) => new Heap(ThreadRecord.claim(arena, thread)))
  const random = randomFrom(7)
  const live = new Map<number, number>()
  let writes = 0
  for (let step = 0; step < 300_000; step++) {
    const heap = heaps[random(2)]
    const p = live.size > 200 || random(2) === 0 ? live.keys().next().value : undefined
    if (p === undefined) {
      const size = 16 + random(random(10) === 0 ? 70_000 : 2000)
      const q = heap.tryMalloc(size)
      if (q === 0) continue
      heap.U32[q >>> 2] = q
      live.set(q, size)
      continue
    }
    if (heap.U32[p >>> 2] !== p) throw new Error(`the block at ${p} holds ${heap.U32[p >>> 2]}`)
    const size = live.get(p) ?? 0
    live.delete(p)
    heap.free(p)
    // Its own words only: what lies there now is nobody's, for this thread has not allocated since.
    for (let at = p >>> 2; at < (p + Math.min(size, 256)) >>> 2; at++) heap.U32[at] = random(2 ** 31)
    writes++
  }
  settle(heaps, [...live.keys()])
  rows.push([
    'stale writes over the whole of a freed block',
    writes,
    'no list runs through blocks: nothing to corrupt',
    0,
  ])
}

function recordsExhausted(): void {
  let runs = 0
  const arena = Arena.create({ bytes: 2 * MIB, threads: 2 })
  const heap = new Heap(ThreadRecord.claim(arena, 1))
  for (let thread = 2; thread < 1000; thread += 2) {
    const other = new Heap(ThreadRecord.claim(arena, thread))
    const p = other.malloc(100)
    try {
      ThreadRecord.claim(arena, thread + 1)
      throw new Error('a third record of two')
    } catch (error) {
      if (!isHeapError(error) || error.code !== 'ERR_HAKMEM_TOO_MANY_THREADS') throw error
    }
    runs++
    heap.reap(thread)
    heap.free(p)
  }
  settle([heap], [])
  rows.push(['all records taken', runs, 'TooManyThreadsError; a record is free again after the reaping', 0])
}

/** A worker allocates, then loops for ever in code of its own; the others go on, and it is terminated in the end. */
async function stuck(): Promise<void> {
  const RUNS = 5
  for (let run = 0; run < RUNS; run++) {
    using heap = Heap.create({ bytes: 16 * MIB, threads: 3 })
    const worker = new Worker(new URL('../reap.worker.js', import.meta.url), {
      workerData: { heap: heap.handle, what: 'work', sizes: [16, 5000, 100_000] },
    })
    const reaped = new Promise<Reaped>((resolve) => heap.watch(worker, resolve))
    const { blocks } = await new Promise<{ blocks: number[] }>((resolve) => worker.once('message', resolve))
    for (let k = 0; k < 100_000; k++) heap.free(heap.malloc(1 + (k % 70_000)))
    await worker.terminate()
    const { suspects } = await reaped
    const lost = suspects.map(({ ptr }) => ptr as number).filter((p) => !blocks.includes(p))
    settle([heap], [...blocks, ...lost])
  }
  rows.push([
    'a worker in an endless loop, terminated',
    RUNS,
    'the others never wait for it; reaped on its exit',
    0,
  ])
}

kills()
reapersKilled()
overflows()
full('out of memory during a refill (blocks to 8 KiB)', 8192, 40)
full('the heap is full (blocks to 256 KiB)', 2 ** 18, 40)
staleWrites()
doubleFrees()
await stuck()
recordsExhausted()

console.log('| fault | struck | outcome | bytes lost |')
console.log('|---|---|---|---|')
for (const [fault, runs, outcome, lost] of rows) console.log(`| ${fault} | ${runs} | ${outcome} | ${lost} |`)
const idle = rows.filter(([, runs]) => runs === 0)
if (idle.length > 0) {
  console.error(`never struck: ${idle.map(([fault]) => fault).join(', ')}`)
  process.exitCode = 1
}
