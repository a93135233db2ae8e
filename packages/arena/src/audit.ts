/**
 * The audit: a walk over the whole heap that reads and never writes, from any thread at any time.
 *
 * Every byte is in exactly one of metadata, live, cached, remote and free, by its extent word, run word and state
 * byte; so the five add up to the capacity by construction, and what can be wrong is reported as a problem: a state
 * byte that does not belong where it stands, a run that leaves its owner's extents, a free extent that is not clean.
 *
 * Threads that run meanwhile may be seen between two writes. So if a pass finds problems, a second one follows, and
 * only what both saw counts.
 */

import { load } from '#ordering'
import type { Arena } from './arena.ts'
import { LARGE, MID_CLASSES, SIZES, SMALL_CLASSES } from './classes.ts'
import { Depot, STOWED_CLASSES } from './depot.ts'
import { extentFault, recordFault, runFault } from './faults.ts'
import {
  CONT,
  extentSlot,
  extentState,
  FREE,
  LIST_WORDS,
  ORPHAN,
  OWNED,
  PAGE,
  R_BASES,
  R_LISTS,
  R_OP,
  R_THREAD,
  RESERVED,
  runClass,
  runPages,
  TENT,
  VACANT,
  voidOf,
} from './layout.ts'

/** All figures in bytes; capacity = metadata + live + cached + remote + free. */
export interface Audit {
  /** No problem was found. */
  readonly ok: boolean
  /** Size of the heap. */
  readonly capacity: number
  /** Header, tables, maps and records, rounded up to whole extents. */
  readonly metadata: number
  /** Blocks that are allocated, by their usable size. */
  readonly live: number
  /**
   * Blocks in caches and magazines, in vacant records too, and in those of dead threads until their run is adopted and
   * swept; and large runs retained for reuse.
   */
  readonly cached: number
  /** Blocks freed by other threads and not yet collected. */
  readonly remote: number
  /** Everything else. */
  readonly free: number
  /** One sentence each, at most 100. */
  readonly problems: string[]
}

interface Figures {
  metadata: number
  live: number
  cached: number
  remote: number
  free: number
}

const MAX_PROBLEMS = 100

/** What one pass found: enough to compare with another's, and no more, however damaged the heap is. */
class Problems extends Set<string> {
  override add(problem: string): this {
    return this.size < 50 * MAX_PROBLEMS ? super.add(problem) : this
  }
}

export function audit(arena: Arena): Audit {
  let pass = walk(arena)
  if (pass.problems.size > 0) {
    const first = pass.problems
    pass = walk(arena)
    for (const problem of pass.problems) if (!first.has(problem)) pass.problems.delete(problem)
  }
  const problems = [...pass.problems].slice(0, MAX_PROBLEMS)
  const { base, bytes } = arena.geometry
  return { ok: problems.length === 0, capacity: bytes - base, ...pass.figures, problems }
}

function walk(arena: Arena): { figures: Figures; problems: Set<string> } {
  const g = arena.geometry
  const extentPages = 2 ** g.extentPageShift
  const figures: Figures = { metadata: -g.base, live: 0, cached: 0, remote: 0, free: 0 }
  const problems = new Problems()
  checkVoid(arena, problems)
  let covered = 0
  let coverer = FREE
  for (let e = 0; e < g.extents; e++) {
    const word = load(arena.W, g.table + e)
    const first = e * extentPages
    const end = first + extentPages
    if (e < g.firstExtent) {
      if (word !== RESERVED) problems.add(`extent ${e} holds metadata but is not reserved`)
      checkClean(arena, e, 'is metadata', problems)
      figures.metadata += 2 ** g.extentShift
      continue
    }
    const isCovered = covered > first
    const isSplit = isCovered && (word & ~CONT) !== (coverer & ~CONT)
    if (isSplit && !isUnsettled(arena, word) && !isUnsettled(arena, coverer)) {
      problems.add(`extent ${e} is covered by a run whose extents belong to another`)
    }
    const isMarked = (word & CONT) !== 0
    // A death may leave a mark too many, which only makes a chain of orphans longer; whoever adopts it drops the mark.
    const mayBeMarked = extentState(word) === ORPHAN || isUnsettled(arena, word)
    if (isCovered ? !isMarked : isMarked && !mayBeMarked) {
      problems.add(`extent ${e} ${isCovered ? 'lacks' : 'has'} the mark of a run that reaches into it`)
    }
    const fault = extentFault(g, e, word)
    if (fault !== undefined) problems.add(fault)
    else if (isHeldByNobody(arena, word)) {
      problems.add(`extent ${e} belongs to record ${extentSlot(word)}, which no thread holds`)
    }
    const touched = arena.W[g.touched + e]
    if (touched < 0 || touched > extentPages) problems.add(`extent ${e} counts ${touched} pages as ever used`)
    if (word === FREE && !isCovered) {
      checkClean(arena, e, 'is free', problems)
      figures.free += 2 ** g.extentShift
      continue
    }
    for (let page = Math.max(first, covered); page < end; ) {
      const run = arena.W[g.runs + page]
      const fault = run === 0 ? undefined : runFault(g, page, run, g.pages)
      if (run === 0 || fault !== undefined) {
        if (fault !== undefined) problems.add(fault)
        else checkStates(arena, page << 8, 256, `no run covers page ${page}`, problems)
        figures.free += PAGE
        page++
        continue
      }
      const pages = runPages(run)
      checkRun(arena, page, pages, problems)
      if (runClass(run) === LARGE) addLarge(arena, page, pages, figures, problems)
      else addSmall(arena, page, run, figures, problems)
      page += pages
      covered = page
      coverer = word
    }
  }
  checkRecords(arena, problems)
  return { figures, problems }
}

/** Whether the extent's owner is in a slow path, or was thrown out of its last one: the next settles what that left. */
function isUnsettled(arena: Arena, word: number): boolean {
  const g = arena.geometry
  const isHeld = extentState(word) === OWNED || extentState(word) === TENT
  return isHeld && arena.W[g.records + extentSlot(word) * g.recordWords + R_OP] !== 0
}

/** The words that a detached heap looks up. */
function checkVoid(arena: Arena, problems: Set<string>): void {
  const { W, geometry: g } = arena
  const none = g.records + g.brims[0]
  const voids = voidOf(g)
  for (let at = voids; at < voids + LIST_WORDS; at++) {
    if (W[at] !== none) problems.add(`word ${at} is ${W[at]}, and stays ${none}`)
  }
}

function isHeldByNobody(arena: Arena, extent: number): boolean {
  const g = arena.geometry
  if (extentState(extent) !== OWNED && extentState(extent) !== TENT) return false
  return load(arena.W, g.records + extentSlot(extent) * g.recordWords + R_THREAD) === 0
}

/** Inside a run no other starts, pages of its blocks lead to its first, and none counts as never used. */
function checkRun(arena: Arena, page: number, pages: number, problems: Set<string>): void {
  const g = arena.geometry
  const { W } = arena
  const end = page + pages
  for (let at = page + 1; at < end; at++) {
    if (W[g.runs + at] !== 0) problems.add(`a run starts at page ${at}, inside the one at page ${page}`)
  }
  const last = runClass(W[g.runs + page]) <= MID_CLASSES ? end : page + 1
  for (let at = page; at < last; at++) {
    const head = at - arena.D[at]
    if (head !== page) problems.add(`page ${at} leads to ${head}, and is in the run at page ${page}`)
  }
  const shift = g.extentPageShift
  for (let e = page >>> shift; e << shift < end; e++) {
    const used = Math.min(end - (e << shift), 2 ** shift)
    if (W[g.touched + e] < used) {
      problems.add(`extent ${e} counts ${W[g.touched + e]} pages as ever used, and ${used} are`)
    }
  }
}

function addLarge(arena: Arena, page: number, pages: number, figures: Figures, problems: Set<string>): void {
  const from = page * 256
  const byte = arena.S[from]
  const bytes = pages * PAGE
  if (byte === LARGE) figures.live += bytes
  else if (byte === 255) figures.remote += bytes
  else if (byte === 0) figures.cached += bytes
  else {
    problems.add(`the large run at ${page * PAGE} has state ${byte}`)
    figures.free += bytes
  }
  checkStates(arena, from, pages * 256, `page ${page} starts a large run`, problems, from)
}

function addSmall(arena: Arena, page: number, run: number, figures: Figures, problems: Set<string>): void {
  const c = runClass(run)
  const bytes = runPages(run) * PAGE
  if (c < 1 || c > SMALL_CLASSES) {
    problems.add(`the run at page ${page} has class ${c}`)
    figures.free += bytes
    return
  }
  const size = SIZES[c]
  const step = size / 16
  const from = page * 256
  const stop = from + Math.floor(bytes / size) * step
  let next = from
  for (let i = from; i < from + bytes / 16; i++) {
    const byte = arena.S[i]
    if (i !== next || i >= stop) {
      if (isLiveByte(byte)) problems.add(`a live state byte (${byte}) at ${i * 16}, where no block starts`)
      continue
    }
    next += step
    if (byte === c) figures.live += size
    else if (byte === (128 | c)) figures.cached += size
    else if (byte === 255) figures.remote += size
    else {
      if (byte !== 0) problems.add(`the block of class ${c} at ${i * 16} has state ${byte}`)
      figures.free += size
    }
  }
  figures.free += bytes - Math.floor(bytes / size) * size
}

function isLiveByte(byte: number): boolean {
  return byte !== 0 && byte < 128
}

/** An extent of which no byte is a block's; `what` it is. */
function checkClean(arena: Arena, extent: number, what: string, problems: Set<string>): void {
  const g = arena.geometry
  const { W } = arena
  const first = extent << g.extentPageShift
  const end = first + 2 ** g.extentPageShift
  for (let page = first; page < end; page++) {
    if (W[g.runs + page] !== 0) problems.add(`extent ${extent} ${what}, but a run starts at page ${page}`)
  }
  const states = 2 ** (g.extentShift - 4)
  checkStates(arena, extent * states, states, `extent ${extent} ${what}`, problems)
}

/**
 * None of `count` states from `from` on, both multiples of four, says live, but for the one at `but`. A stray 255 is what a
 * racing double free may leave, and harms nothing.
 */
function checkStates(
  arena: Arena,
  from: number,
  count: number,
  where: string,
  problems: Set<string>,
  but = -1,
): void {
  const { W, S } = arena
  const base = arena.geometry.stateMap
  // Four at a time: most are 0.
  for (let k = (base + from) / 4; k < (base + from + count) / 4; k++) {
    if (W[k] === 0) continue
    for (let i = k * 4 - base; i < k * 4 - base + 4; i++) {
      if (i !== but && isLiveByte(S[i])) problems.add(`${where}, but the state at ${i * 16} is ${S[i]}`)
    }
  }
}

function checkRecords(arena: Arena, problems: Set<string>): void {
  const g = arena.geometry
  const threads = new Set<number>()
  for (let slot = 0; slot < g.threads; slot++) {
    const at = g.records + slot * g.recordWords
    const thread = load(arena.W, at + R_THREAD)
    // Of a thread that is being reaped the extents are others' already; one that is just attaching has none.
    const isHeld = thread > 0 || thread === VACANT
    const fault = recordFault(g, arena.W, at, isHeld)
    if (fault !== undefined) problems.add(`record ${slot} has ${fault}`)
    if (thread > 0 && threads.has(thread)) problems.add(`thread ${thread - 1} has two records`)
    threads.add(thread)
    if (isHeld) checkCaches(arena, slot, problems)
  }
}

/** Words of the entries of the record's cache of class `c`, and of its magazines; undefined if there can be no such. */
function entriesOf(arena: Arena, at: number, c: number): number[] | undefined {
  const g = arena.geometry
  const base = arena.W[at + R_BASES + c]
  const top = arena.W[at + R_LISTS + c]
  if (base < at + g.brims[c] - g.caps[c] || top < base || top > at + g.brims[c]) return undefined
  const entries = Array.from({ length: top - base }, (_, k) => base + 1 + k)
  const depot = new Depot(arena, at)
  for (let place = 0; place < depot.count; place++) {
    if (depot.classAt(place) !== c) continue
    const count = depot.countAt(place)
    if (c > STOWED_CLASSES || count > g.cacheWords / 2) return undefined
    for (let k = 0; k < count; k++) entries.push(depot.entriesAt(place) + k)
  }
  return entries
}

/** Every entry of a cache or a magazine is a free block of its class in an extent of its record, and there once. */
function checkCaches(arena: Arena, slot: number, problems: Set<string>): void {
  const g = arena.geometry
  const at = g.records + slot * g.recordWords
  const entries = new Set<number>()
  for (let c = 1; c <= SMALL_CLASSES; c++) {
    const words = entriesOf(arena, at, c)
    if (words === undefined) {
      problems.add(`record ${slot} has more entries in its caches of class ${c} than there is room for`)
      continue
    }
    for (const k of words) {
      const p = arena.W[k] >>> 0
      if (entries.has(p)) problems.add(`record ${slot} caches ${p} twice`)
      entries.add(p)
      const word = load(arena.W, g.table + (p >>> g.extentShift))
      const byte = arena.S[p >>> 4]
      const isHis = extentState(word) === OWNED && extentSlot(word) === slot
      if (!isHis || (p & 15) !== 0 || (byte !== (128 | c) && byte !== 255)) {
        problems.add(`record ${slot} caches ${p} in class ${c}, where the state is ${byte}`)
      }
    }
  }
}
