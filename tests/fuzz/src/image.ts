/**
 * A heap with something of everything in it, whose bytes the metadata fuzzer copies and damages: blocks of all
 * classes, large runs over several extents, records of threads that work, that parked, that detached; blocks freed by
 * others and not collected; orphans; caches and retained runs.
 */

import { Arena, LARGE_MIN, layout, SIZES, SMALL_CLASSES, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import type { Random } from '@hakmem/testing/random'

type Geometry = layout.Geometry

export interface Image {
  readonly buffer: SharedArrayBuffer
  readonly geometry: Geometry
  /** Slots of the records that threads hold. */
  readonly slots: number[]
}

const MIB = 2 ** 20
const BYTES = 6 * MIB
const THREADS = 6

/** `own`: the id of the attaching thread if one of the records is to be its own, which it then recovers. */
export function imageOf(random: Random, own: number | undefined): Image {
  const arena = Arena.create({ bytes: BYTES, threads: THREADS })
  let thread = 1_000_000
  const attach = (id = thread++) => new Heap(ThreadRecord.claim(arena, id))
  // One record stays free, for the thread that attaches to the copy.
  const [all, freer, parked, gone, churn] = [attach(own), attach(), attach(), attach(), attach()]

  const blocks: number[] = []
  for (let c = 1; c <= SMALL_CLASSES; c++) {
    for (let k = 0; k < 2 + random(6); k++) blocks.push(all.tryMalloc(SIZES[c]))
  }
  for (const heap of [all, parked, gone, churn]) {
    for (let k = 0; k < 3; k++) blocks.push(heap.tryMalloc(LARGE_MIN + random(3) * 65_536))
    for (let k = 0; k < 40; k++) blocks.push(heap.tryMalloc(1 + random(3000)))
  }
  const got = blocks.filter((p) => p !== 0)
  for (const p of got) {
    const what = random(4)
    if (what === 0) all.free(p)
    else if (what === 1) freer.free(p)
  }
  for (let k = 0; k < 30; k++) freer.tryMalloc(1 + random(2000))
  parked.park()
  gone.detach()
  return { buffer: arena.buffer, geometry: arena.geometry, slots: [all, freer, parked, churn].map(slotOf) }
}

function slotOf({ record }: Heap): number {
  return record.slot
}

export function copyOf({ buffer }: Image, bytes = buffer.byteLength): SharedArrayBuffer {
  const copy = new SharedArrayBuffer(bytes)
  new Uint8Array(copy).set(new Uint8Array(buffer, 0, Math.min(bytes, buffer.byteLength)))
  return copy
}

/** A part of the metadata: which of its bytes to damage, and what such damage may come to. */
export interface Field {
  readonly name: string
  /** Byte offset and length of a random piece of it. */
  readonly pick: (random: Random) => readonly [at: number, bytes: number]
  /** Why the audit may pass over damage here; none: damage here matters, and is to be found. */
  readonly hint?: string
}

const MARKS = 'marks of racing double frees (128 and up) are let pass'
const REDERIVED = 're-derived by recovery, adoption and reaping'

export function fieldsOf(image: Image): Field[] {
  const g = image.geometry
  const W = new Int32Array(image.buffer)
  const S = new Uint8Array(image.buffer, g.stateMap, g.bytes / 16)
  const firstPage = g.firstExtent << g.extentPageShift
  const heads = range(firstPage, g.pages).filter((page) => W[g.runs + page] !== 0)
  const small = heads.filter((page) => layout.runClass(W[g.runs + page]) <= SMALL_CLASSES)
  const starts = small.flatMap((page) => blocksOf(W, g, page))
  const inUse = image.slots.flatMap((slot) => entriesOf(W, g, slot, true))
  const unused = image.slots.flatMap((slot) => entriesOf(W, g, slot, false))
  const record = (slot: number) => g.records + slot * g.recordWords

  const words =
    (list: readonly number[]) =>
    (random: Random): [number, number] => [4 * (list[random(list.length)] ?? 0), 4]
  const states =
    (list: readonly number[]) =>
    (random: Random): [number, number] => [g.stateMap + (list[random(list.length)] ?? 0), 1]
  const recordWords = (from: number, count: number, step = 1) =>
    words(image.slots.flatMap((slot) => range(0, count).map((k) => record(slot) + from + k * step)))
  const classWords = (from: number) => recordWords(from + 1, SMALL_CLASSES)

  return [
    { name: 'header', pick: words(range(layout.H_MAGIC, layout.H_CHECK + 1)) },
    {
      name: 'void cache table',
      pick: words(range(layout.H_VOID, layout.H_VOID + layout.LIST_WORDS)),
    },
    {
      name: 'header: pressure, next thread, orphans',
      pick: words([layout.H_PRESSURE, layout.H_NEXT_THREAD, layout.H_ORPHANS]),
      hint: 'hints',
    },
    { name: 'extent words', pick: words(range(g.table, g.table + g.extents)) },
    {
      name: 'touched',
      pick: words(range(g.touched + g.firstExtent, g.touched + g.extents)),
      hint: 'too high costs time; too low shows where pages are in use',
    },
    {
      name: 'record: thread',
      pick: recordWords(layout.R_THREAD, 1),
      hint: 'another id is as good; 0 and that of another record show',
    },
    {
      name: 'watches',
      pick: words(range(g.watches, g.watches + 2 * g.watchCount)),
      hint: 'read when a watching thread is reaped',
    },
    {
      name: 'record: slow path under way',
      pick: recordWords(layout.R_OP, 1),
      hint: 'set: recovers once more',
    },
    { name: 'record: roots, counts, retained', pick: recordWords(layout.R_PRESSURE, 30), hint: REDERIVED },
    { name: 'record: rings, cursors', pick: recordWords(layout.R_RING, 192), hint: REDERIVED },
    { name: 'record: counts and knobs by class', pick: classWords(layout.R_TAKEN), hint: REDERIVED },
    { name: 'record: counters', pick: recordWords(layout.R_COUNTERS, 35), hint: 'statistics' },
    { name: 'record: announcements', pick: classWords(layout.R_HINTS), hint: 'hints' },
    {
      name: 'cache table: tops',
      pick: recordWords(layout.R_LISTS + 1, SMALL_CLASSES),
      hint: 'too low: a sweep finds what is above',
    },
    { name: 'cache bases', pick: classWords(layout.R_BASES) },
    {
      name: 'cache table: of no class',
      pick: recordWords(layout.R_LISTS + SMALL_CLASSES + 1, layout.LIST_WORDS - SMALL_CLASSES - 1),
    },
    {
      name: 'words under the caches',
      pick: words(
        image.slots.flatMap((slot) =>
          range(1, SMALL_CLASSES + 1).map((c) => W[record(slot) + layout.R_BASES + c]),
        ),
      ),
    },
    {
      name: 'magazines',
      pick: recordWords(g.depotHeaders, g.magazines),
      hint: 'one too short: a sweep finds the rest',
    },
    { name: 'cache entries in use', pick: words(inUse) },
    { name: 'cache entries not in use', pick: words(unused), hint: 'written before they are read' },
    { name: 'run words of runs', pick: words(heads.map((page) => g.runs + page)) },
    {
      name: 'run words where no run starts',
      pick: words(
        range(firstPage, g.pages).flatMap((page) => (W[g.runs + page] === 0 ? [g.runs + page] : [])),
      ),
    },
    { name: 'links', pick: words(range(g.next + firstPage, g.next + g.pages)), hint: REDERIVED },
    { name: 'links back', pick: words(range(g.prev + firstPage, g.prev + g.pages)), hint: REDERIVED },
    {
      name: 'lengths and counts by page',
      pick: words(range(g.aux + firstPage, g.aux + g.pages)),
      hint: REDERIVED,
    },
    {
      name: 'depths of runs',
      pick: (random) => [g.depthMap + (heads[random(heads.length)] ?? 0), 1],
    },
    {
      name: 'flags',
      pick: (random) => [g.flagMap + firstPage + random(g.pages - firstPage), 1],
      hint: 'hints',
    },
    {
      name: 'states of live blocks',
      pick: states(starts.filter((i) => S[i] !== 0 && S[i] < 128)),
      hint: 'a live block turned free looks freed',
    },
    {
      name: 'states of blocks that are not live',
      pick: states(starts.filter((i) => S[i] === 0 || S[i] >= 128)),
      hint: 'a free block turned remote looks freed',
    },
    { name: 'states of the metadata', pick: states(range(0, firstPage << 8)), hint: MARKS },
    {
      name: 'states of large runs',
      pick: states(heads.filter((page) => !small.includes(page)).map((page) => page << 8)),
    },
    {
      name: 'states inside blocks',
      pick: states(small.flatMap((page) => insideOf(W, page, g))),
      hint: MARKS,
    },
    {
      name: 'states of free extents',
      pick: states(
        range(g.firstExtent, g.extents)
          .filter((e) => W[g.table + e] === layout.FREE)
          .flatMap((e) => range(e << (g.extentShift - 4), (e + 1) << (g.extentShift - 4))),
      ),
      hint: MARKS,
    },
  ]
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, k) => from + k)
}

/** State indexes of the block starts of the run at `page`. */
function blocksOf(W: Int32Array, g: Geometry, page: number): number[] {
  const word = W[g.runs + page]
  const size = SIZES[layout.runClass(word)]
  const count = Math.floor((layout.runPages(word) * layout.PAGE) / size)
  return range(0, count).map((k) => (page << 8) + (k * size) / 16)
}

function insideOf(W: Int32Array, page: number, g: Geometry): number[] {
  const word = W[g.runs + page]
  const step = SIZES[layout.runClass(word)] / 16
  return range(0, layout.runPages(word) * 256).flatMap((k) => (k % step === 0 ? [] : [(page << 8) + k]))
}

/** Word offsets of the cache entries of a record, up to the tops or above them. */
function entriesOf(W: Int32Array, g: Geometry, slot: number, areInUse: boolean): number[] {
  const at = g.records + slot * g.recordWords
  return range(1, SMALL_CLASSES + 1).flatMap((c) => {
    const top = W[at + layout.R_LISTS + c]
    return areInUse ? range(W[at + layout.R_BASES + c] + 1, top + 1) : range(top + 1, at + g.brims[c] + 1)
  })
}
