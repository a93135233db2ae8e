// The application's books against the heap, as the plain build sees it: what only reads, and so need not be rewritten.

import { Arena, audit, classAt, LARGE, type Reaped, SIZES } from '@hakmem/arena'
import type { End } from '@hakmem/interleave'
import * as layout from '../../../arena/dist/layout.js'

/** What an operation did to the books: the block that it took, or gave back. */
export interface Entry {
  readonly took?: number
  readonly gave?: number
  readonly reaped?: Reaped
  /** The record that it claimed. */
  readonly slot?: number
}

/** The block that each operation frees, if it does, by thread: one that is killed or thrown out of may have freed it. */
export type Gives = Readonly<Record<string, readonly (number | undefined)[]>>

interface Players {
  readonly arena: { readonly buffer: SharedArrayBuffer }
  readonly known: ReadonlySet<number>
}

const arenas = new WeakMap<SharedArrayBuffer, Arena>()

function arenaOf(buffer: SharedArrayBuffer): Arena {
  let arena = arenas.get(buffer)
  if (arena === undefined) {
    arena = Arena.open(buffer)
    arenas.set(buffer, arena)
  }
  return arena
}

export function inspect(buffer: SharedArrayBuffer): { problems: string[]; bytes: number } {
  const { problems, live } = audit(arenaOf(buffer))
  return { problems, bytes: live }
}

/** Whether the record is the thread's. */
export function holds(buffer: SharedArrayBuffer, slot: number, thread: number): boolean {
  const { W, geometry: g } = arenaOf(buffer)
  return W[g.records + slot * g.recordWords + layout.R_THREAD] === thread + 1
}

/** Throws what is wrong; the live blocks. `reports`: of reapings beside those of the scenario. */
export function checkBooks(
  { arena: { buffer }, known: before }: Players,
  end: End,
  gives: Gives,
  reports: readonly Reaped[],
): Set<number> {
  const arena = arenaOf(buffer)
  const books = new Books(before)
  const inFlight = ({ thread, operation }: { thread: string; operation: number }) =>
    books.doubt(gives[thread]?.[operation])
  for (const [thread, results] of Object.entries(end.results)) {
    results.forEach((outcome, operation) => {
      if (outcome?.injected === true) inFlight({ thread, operation })
      else if (outcome?.threw === undefined) books.enter((outcome?.returned ?? {}) as Entry)
      // Whoever was killed has no record any more.
      const { slot } = (outcome?.returned ?? {}) as Entry
      if (slot !== undefined && !end.killed.some((strike) => strike.thread === thread)) books.claim(slot)
    })
  }
  end.killed.forEach(inFlight)
  for (const reaped of reports) books.enter({ reaped })
  const { problems } = audit(arena)
  if (problems.length > 0) throw new Error(`audit: ${problems.join('; ')}`)
  const live = liveBlocks(buffer)
  for (const p of books.twice()) throw new Error(`the block at ${p} was handed out twice`)
  for (const [p, doubt] of books.known()) {
    if (!live.has(p) && !doubt) throw new Error(`the block at ${p} is known and not live`)
    if (live.has(p) && arena.W[p >>> 2] !== p) throw new Error(`the block at ${p} holds ${arena.W[p >>> 2]}`)
  }
  // The report of a reaper that died in its last steps is lost with it.
  const mayMiss = end.killed.filter(({ thread }) => thread.startsWith('reaper')).length
  const lost = [...live].filter((p) => !books.knows(p))
  if (lost.length > mayMiss) throw new Error(`lost: the blocks at ${lost.join(', ')} are live and unknown`)
  return live
}

/** What the application knows. Threads' entries come in any order, so a block's lives are counted, not followed. */
class Books {
  private readonly lives = new Map<number, number>()
  private readonly doubts = new Map<number, number>()
  private readonly suspects = new Set<number>()
  private readonly slots = new Set<number>()

  constructor(known: ReadonlySet<number>) {
    for (const p of known) this.lives.set(p, 1)
  }

  claim(slot: number): void {
    if (this.slots.has(slot)) throw new Error(`record ${slot} was claimed twice`)
    this.slots.add(slot)
  }

  enter({ took, gave, reaped }: Entry): void {
    if (took !== undefined) this.count(this.lives, took, 1)
    if (gave !== undefined) this.count(this.lives, gave, -1)
    for (const { ptr } of reaped?.suspects ?? []) this.suspects.add(ptr)
  }

  /** The block may have been freed. */
  doubt(p: number | undefined): void {
    if (p !== undefined) this.count(this.doubts, p, 1)
  }

  /** The blocks that must be live, and, with true, those that may be. */
  *known(): Iterable<[p: number, doubt: boolean]> {
    for (const [p, lives] of this.lives) if (lives > 0) yield [p, lives <= (this.doubts.get(p) ?? 0)]
  }

  /** Blocks that have more lives than one, which the frees in doubt cannot explain. */
  *twice(): Iterable<number> {
    for (const [p, lives] of this.lives) if (lives - (this.doubts.get(p) ?? 0) > 1) yield p
  }

  knows(p: number): boolean {
    return (this.lives.get(p) ?? 0) > 0 || this.suspects.has(p)
  }

  private count(map: Map<number, number>, p: number, by: number): void {
    map.set(p, (map.get(p) ?? 0) + by)
  }
}

/** Offsets of the live blocks, by run words and state bytes. */
export function liveBlocks(buffer: SharedArrayBuffer): Set<number> {
  const arena = arenaOf(buffer)
  const g = arena.geometry
  const live = new Set<number>()
  for (let page = g.firstExtent << g.extentPageShift; page < g.pages; page++) {
    const word = arena.W[g.runs + page]
    if (word === 0) continue
    const c = layout.runClass(word)
    const bytes = layout.runPages(word) * 4096
    const size = c === LARGE ? bytes : SIZES[c]
    for (let p = page * 4096; p + size <= page * 4096 + bytes; p += size) {
      if (classAt(arena, p) === c) live.add(p)
    }
    page += layout.runPages(word) - 1
  }
  return live
}

// ---- names for tables -----------------------------------------------------------------------------------------------

interface Location {
  readonly name: string
  readonly race?: string
}

const HEADER: Readonly<Record<number, string>> = {
  [layout.H_PRESSURE]: 'pressure',
  [layout.H_NEXT_THREAD]: 'next thread',
  [layout.H_ORPHANS]: 'number of orphans',
}

/** What lies at a location, and why plain accesses of two threads to it are meant to be. */
export function locator({ arena: { buffer }, names }: Players & { readonly names: readonly string[] }) {
  const g = arenaOf(buffer).geometry
  return (
    array: { readonly byteOffset: number; readonly BYTES_PER_ELEMENT: number },
    index: number,
  ): Location => {
    const byte = array.byteOffset + index * array.BYTES_PER_ELEMENT
    const word = byte >>> 2
    if (word < 1024) return { name: HEADER[word] ?? `header ${word}` }
    if (word < g.touched) return { name: `extent ${word - g.table}` }
    if (word < g.watches) return { name: `touched of extent ${word - g.touched}` }
    if (word < g.records) return { name: `watch ${word - g.watches}` }
    if (word < g.runs) {
      const slot = Math.floor((word - g.records) / g.recordWords)
      const at = word - g.records - slot * g.recordWords
      return { name: `${names[slot] ?? `record ${slot}`}.${recordName(at)}` }
    }
    if (word < g.next) return { name: `run word of page ${word - g.runs}` }
    if (word < g.prev) return { name: `next of page ${word - g.next}` }
    if (word < g.aux) return { name: `prev of page ${word - g.prev}` }
    if (word < g.aux + g.pages) return { name: `aux of page ${word - g.aux}` }
    if (byte >= g.depthMap && byte < g.stateMap) return { name: `depth of page ${byte - g.depthMap}` }
    if (byte < g.stateMap) return { name: `flag of page ${byte - g.flagMap}` }
    if (byte < g.stateMap + g.bytes / 16) return { name: `state of ${(byte - g.stateMap) * 16}` }
    return { name: `block word at ${byte}` }
  }
}

function recordName(at: number): string {
  if (at === layout.R_THREAD) return 'thread'
  if (at === layout.R_OP) return 'op'
  if (at >= layout.R_HINTS && at < layout.R_HINTS + 64) return `hint ${at - layout.R_HINTS}`
  if (at >= layout.R_EVENT_RING) return `cache ${at}`
  if (at >= layout.R_LISTS) return `list ${at - layout.R_LISTS}`
  return `word ${at}`
}

/** Whether an operation of a scenario may end by this error: what a full heap or a lost race for a record answers. */
export function mayThrow(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_HAKMEM_TOO_MANY_THREADS'
}

/** The same where a block is freed twice on purpose. */
export function mayFreeTwice(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_HAKMEM_DOUBLE_FREE' || error.code === 'ERR_HAKMEM_INVALID_POINTER')
  )
}
