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
import { LARGE, SIZES, SMALL_CLASSES } from './classes.ts'
import {
  CONT,
  extentSlot,
  extentState,
  FREE,
  OWNED,
  PAGE,
  R_LISTS,
  R_THREAD,
  RESERVED,
  runClass,
  runPages,
} from './layout.ts'

/** All figures in bytes; capacity = metadata + live + cached + remote + free. */
export interface Audit {
  /** No problem was found. */
  readonly ok: boolean
  /** Size of the buffer. */
  readonly capacity: number
  /** Header, tables, maps and records, rounded up to whole extents. */
  readonly metadata: number
  /** Blocks that are allocated, by their usable size. */
  readonly live: number
  /** Blocks in caches, in those of dead threads until their run is adopted and swept, and large runs retained for reuse. */
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

export function audit(arena: Arena): Audit {
  let pass = walk(arena)
  if (pass.problems.size > 0) {
    const first = pass.problems
    pass = walk(arena)
    for (const problem of pass.problems) if (!first.has(problem)) pass.problems.delete(problem)
  }
  const problems = [...pass.problems].slice(0, MAX_PROBLEMS)
  return { ok: problems.length === 0, capacity: arena.geometry.bytes, ...pass.figures, problems }
}

function walk(arena: Arena): { figures: Figures; problems: Set<string> } {
  const g = arena.geometry
  const extentPages = 2 ** g.extentPageShift
  const figures: Figures = { metadata: 0, live: 0, cached: 0, remote: 0, free: 0 }
  const problems = new Set<string>()
  let covered = 0
  let coverer = FREE
  for (let e = 0; e < g.extents; e++) {
    const word = load(arena.W, g.table + e)
    const first = e * extentPages
    const end = first + extentPages
    if (e < g.firstExtent) {
      if (word !== RESERVED) problems.add(`extent ${e} holds metadata but is not reserved`)
      figures.metadata += 2 ** g.extentShift
      continue
    }
    const isCovered = covered > first
    if (isCovered && (word & ~CONT) !== (coverer & ~CONT)) {
      problems.add(`extent ${e} is covered by a run whose extents belong to another`)
    }
    if (isCovered !== ((word & CONT) !== 0)) {
      problems.add(`extent ${e} ${isCovered ? 'lacks' : 'has'} the mark of a run that reaches into it`)
    }
    if (extentState(word) === OWNED && extentSlot(word) >= g.threads) {
      problems.add(`extent ${e} belongs to record ${extentSlot(word)}, which does not exist`)
    }
    if (word === FREE && !isCovered) {
      checkClean(arena, e, problems)
      figures.free += 2 ** g.extentShift
      continue
    }
    for (let page = Math.max(first, covered); page < end; ) {
      const run = arena.W[g.runs + page]
      if (run === 0) {
        figures.free += PAGE
        page++
        continue
      }
      const pages = runPages(run)
      if (pages === 0 || page + pages > g.pages) {
        problems.add(`the run at page ${page} has ${pages} pages`)
        figures.free += PAGE
        page++
        continue
      }
      if (runClass(run) === LARGE) addLarge(arena, page, pages, figures, problems)
      else addSmall(arena, page, run, figures, problems)
      page += pages
      covered = page
      coverer = word
    }
  }
  for (let slot = 0; slot < g.threads; slot++) checkCaches(arena, slot, problems)
  return { figures, problems }
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
  for (let i = from + 1; i < from + pages * 256; i++) {
    if (isLiveByte(arena.S[i]))
      problems.add(`a live state byte (${arena.S[i]}) at ${i * 16}, inside a large run`)
  }
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

function checkClean(arena: Arena, extent: number, problems: Set<string>): void {
  const g = arena.geometry
  const { W, S } = arena
  const first = extent << g.extentPageShift
  const end = first + 2 ** g.extentPageShift
  for (let page = first; page < end; page++) {
    if (W[g.runs + page] !== 0) problems.add(`extent ${extent} is free, but a run starts at page ${page}`)
  }
  // Four state bytes at a time; a stray 255 is what a racing double free may leave, and harms nothing.
  const words = (g.stateMap + extent * 2 ** (g.extentShift - 4)) / 4
  const stop = words + 2 ** (g.extentShift - 6)
  for (let k = words; k < stop; k++) {
    if (W[k] === 0) continue
    for (let i = k * 4 - g.stateMap; i < k * 4 - g.stateMap + 4; i++) {
      if (isLiveByte(S[i])) problems.add(`extent ${extent} is free, but the state at ${i * 16} is ${S[i]}`)
    }
  }
}

/** Every cache entry is a free block of its class in an extent of its record. */
function checkCaches(arena: Arena, slot: number, problems: Set<string>): void {
  const g = arena.geometry
  const at = g.records + slot * g.recordWords
  // Of a thread that is being reaped the extents are others' already.
  if (load(arena.W, at + R_THREAD) <= 0) return
  for (let c = 1; c <= SMALL_CLASSES; c++) {
    const sentinel = at + g.sentinels[c]
    const top = arena.W[at + R_LISTS + 2 * c]
    if (top < sentinel || top > sentinel + g.caps[c]) {
      problems.add(`record ${slot} has ${top - sentinel} entries in its cache of class ${c}`)
      continue
    }
    for (let k = sentinel + 1; k <= top; k++) {
      const p = arena.W[k] >>> 0
      const word = load(arena.W, g.table + (p >>> g.extentShift))
      const byte = arena.S[p >>> 4]
      if (extentState(word) !== OWNED || extentSlot(word) !== slot || (byte !== (128 | c) && byte !== 255)) {
        problems.add(`record ${slot} caches ${p} in class ${c}, where the state is ${byte}`)
      }
    }
  }
}
