/**
 * Where everything lies in the buffer. Offsets stand here and nowhere else.
 *
 *     header | extent tables | records | run words, links, hints | flags, depths | state map | extents (blocks)
 *
 * All of it is a function of three numbers (pages, threads, flags) that the header keeps under a check word, so
 * `Geometry` can be recomputed by any thread. Metadata is sized for the whole heap, but a page of it is touched
 * only when the pages it describes are: an empty 4 GiB heap costs a few hundred KiB.
 *
 * Word offsets count Int32 elements, page numbers count 4 KiB from the buffer's start, state indexes count 16
 * bytes from the buffer's start. Offset 0 is the null pointer.
 *
 * In a WebAssembly memory the header starts at `base`, and all tables cover what lies before it too, as extents that
 * nobody may claim: so a pointer is an address there, and no path adds anything to it.
 */

import { GRAIN, MID_CLASSES, SIZES, SMALL_CLASSES, TINY_CLASSES } from './classes.ts'

export const PAGE_SHIFT = 12
export const PAGE = 1 << PAGE_SHIFT

/** Smallest and largest heap in bytes, and the least room a thread must have. */
export const MIN_BYTES = 2 ** 20
export const MAX_BYTES = 2 ** 32
export const MIN_BYTES_PER_THREAD = 2 ** 19

// ---- header, words from its start ------------------------------------------------------------------------------

/** Written once by create, before the buffer is shared; read by attach. */
export const H_MAGIC = 2
export const H_VERSION = 3
export const H_PAGES = 4
export const H_THREADS = 5
export const H_FLAGS = 6
export const H_ID = 7 // 2 words, random: tells two heaps of one thread apart
export const H_CHECK = 9 // over the words before it
/** Raised (add 1) by a thread that ran out of memory; read by every owner at its slow paths. */
export const H_PRESSURE = 32
/** Next id (add 1) for a thread whose host gives it none. */
export const H_NEXT_THREAD = 48
/** Records left vacant so far, wrapping (add 1). */
export const H_VACATED = 49
/** Orphaned extents: added to by whoever orphans, taken from by whoever adopts. A hint: 0 spares the others a look. */
export const H_ORPHANS = 64
/**
 * Knobs and strategy that all threads follow, packed (see `knobs.ts`); 0 is the default of everything. Stored by `pin` and
 * by the leader of learning; glanced at by every owner when a slow path begins.
 */
export const H_POLICY = 96
/** The same on trial, and the slot + 1 from which on records follow it instead (0: none). Stored by the leader. */
export const H_TRIAL = 97
export const H_CANARY = 98
/** Thread id + 1 of the leader, 0 if there is none: swapped by whoever leads. */
export const H_LEADER = 100
/** Number of the table that was published last (see `tables.ts` of learning): stored by the leader, loaded by readers. */
export const H_TABLES = 102
/** What `pin` holds: bit 0 the strategy, bit k + 1 the k-th knob. Stored by `pin`, loaded by the leader. */
export const H_PINS = 103
/** Call sites with known lifetimes: entries of one word, site id << 1 | is short-lived. Stored by the leader, glanced at. */
export const H_SITES = 112
export const SITES = 64
/** Two tables, written in turn by the leader. */
export const H_TABLE = 176
export const TABLE_WORDS = 160
/** The cache table of a detached heap: every cache is the one of no class, empty and full at once. Written by create. */
export const H_VOID = 512
/** The word offset of that table in the buffer. */
export const voidOf = (g: Geometry): number => g.base / 4 + H_VOID

export const MAGIC = 0x4d4b4148 // "HAKM" in memory
export const VERSION = 5
export const FLAG_COUNTERS = 1
/** Blocks of structs carry the type that they hold, see `@hakmem/structs`. */
export const FLAG_TYPES = 2
/** In a WebAssembly memory, which may be longer than the heap. */
export const FLAG_MEMORY = 4
/** A header may start at the multiples of this, the largest extent. */
export const BASE_ALIGNMENT = 2 ** 20
/** Where the index of a mode stands in the flags. */
const MODE_SHIFT = 4
/** Whether and how a heap learns, see `ArenaOptions.learning`. */
export const MODES = ['frozen', 'learn', 'canary', 'off'] as const
export type Mode = (typeof MODES)[number]
export const flagsOf = (mode: Mode): number => MODES.indexOf(mode) << MODE_SHIFT
export const modeOf = (flags: number): Mode => MODES[(flags >>> MODE_SHIFT) & 3]
/** Whether records have a ring of events, which learning reads. */
const hasEvents = (flags: number): boolean => modeOf(flags) === 'learn' || modeOf(flags) === 'canary'

// ---- record, words from its start -------------------------------------------------------------------------

/**
 * 0 free; t (thread id + 1) live; -m being reaped, dissolved, or claimed and not yet reset, by the thread whose word is m;
 * VACANT left as it is to the next tenant (`vacancies.ts`). Swapped by attach (0 or VACANT to -t), by a reaper (t to -m, a
 * dead reaper's -t to -m, -m to 0), by whoever dissolves it (VACANT to -m); stored by attach (t), detach (VACANT or 0) and
 * whoever dissolved it (0).
 */
export const R_THREAD = 0
/** The largest thread id: a record's word is the id + 1, and positive. */
export const MAX_THREAD = 2 ** 31 - 2
export const isThreadId = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_THREAD
/** No thread's word: those are from -(2^31 - 1) to 2^31 - 1. */
export const VACANT = -(2 ** 31)
/**
 * 1 while a slow path is under way, 2 while the record is dissolved. Owner only. Found set on entry, the last one was
 * thrown out of.
 */
export const R_OP = 1
/** H_PRESSURE as last answered. Owner only. */
export const R_PRESSURE = 2
/** Root of the free-run index: a page number, 0 if empty. Owner only, a hint. */
export const R_ROOT = 3
/** Pages in the free-run index, and in used runs. Owner only, hints for when to give extents back. */
export const R_FREE_PAGES = 4
export const R_USED_PAGES = 5
/** Next place to fill in R_RETAINED. Owner only, a hint. */
export const R_RETAIN_AT = 6
/** Pages of the runs in R_RETAINED. Owner only, a hint. */
export const R_RETAIN_PAGES = 7
/** Requests in a row that failed for want of memory, and the used pages when the last one did. Owner only. */
export const R_FAILURES = 8
export const R_SPENT_PAGES = 9
/** Toggled to tell whether two views are of one buffer. Owner only. */
export const R_PROBE = 10
/**
 * What a reaper reads to name the blocks of the operation that a death cut short; written by the owner on slow paths.
 * The block handed out last by one (by a fast path: the entry above the top of its class's cache); the block being freed.
 */
export const R_OUT = 11
export const R_IN = 12
/** Blocks of a batch under way: the last one (each one's first word leads to the one before), and how many. */
export const R_BATCH = 13
export const R_BATCH_COUNT = 14
/** H_VACATED when the record was left: the greater, the later. Written by its tenant, glanced at by who looks for one. */
export const R_VACATED = 15
/** Page numbers of large runs that were freed and are kept whole for the next request of their length, or 0. */
export const R_RETAINED = 16
export const RETAINED = 16
/** The thread's held list: HELD + 1 words of `@hakmem/sync`, which alone reads and writes them. All 0 in a free record. */
export const R_HELD = 32

// Per class (64 words each), owner only, hints that can be re-derived from run words and state bytes.
/** Page of the run at which the last look round the ring of the class stopped, 0 if the class has no run. */
export const R_RING = 64
/** State index from which the sweep goes on, 0 if no run is being swept; and where it ends. */
export const R_CURSOR = 128
export const R_STOP = 192
/** Blocks taken from the run being swept. */
export const R_TAKEN = 256
/** Flagged runs that were announced and not yet found. */
export const R_DIRTY = 320
/** Blocks known to be free (byte 0) in runs of the class. */
export const R_AVAIL = 384
/** 1: the last flagged run yielded too little, take a fresh one next. */
export const R_COOL = 448
// Knobs, per class: what learning may tune.
/** Blocks that one refill takes. */
export const R_TARGET = 512
/** Blocks that a refill from a fresh run takes beyond the target. */
export const R_RUSH = 576
/** A run is worth sweeping if so many of its blocks are free, and was if it yielded so many. */
export const R_YIELD = 640
/** 1: the run being swept was taken fresh. */
export const R_FRESH = 704
// Counters, see `counters.ts`. Written by the owner, readable by any thread.
export const R_COUNTERS = 768
/** Per class: announcements by other threads (add 1), taken by the owner (exchange 0). On lines of their own. */
export const R_HINTS = 832
/** By state byte: top, the word offset of the newest entry of the cache; of a byte that is no class, of the cache of none. */
export const R_LISTS = 896
export const LIST_WORDS = 256
/** Per class: word offset of the 0 under the cache's entries. The more of them there may be, the lower it is. */
export const R_BASES = 1152
/** Per class: its magazines (see `depot.ts`), or more; and the place that is filled next. Owner only, hints. */
export const R_STOWED = 1216
export const R_MAGAZINE_AT = 1280
const MAGAZINES_MAX = 256
/** The state byte of another thread's block that this one marked last, and how far behind R_LISTS it is. Owner only, a hint. */
export const MARKED = 385
export const R_MARKED: number = R_LISTS + MARKED
/** H_POLICY as last followed; -1 before the first time, and when it is to be followed anew. Owner only. */
export const R_POLICY = 1408
/** Shard whose extents this thread claims first, from 1; 0: it does not matter. Owner only. */
export const R_SHARD = 1409
/**
 * Announcements to one owner's class that are held back: word offset of its hint, and how many; their size at most.
 * Owner only.
 */
export const R_BUNDLE_AT = 1410
export const R_BUNDLE_COUNT = 1411
export const R_BUNDLE = 1412
/** Events that the owner has written, ever (released; partner: the leader's load). */
export const R_EVENTS = 1413
/** The arming that found the ring full and ended with it. Stored by the owner, loaded by the leader. */
export const R_EVENTS_LOST = 1414
/** Counted up by the leader to ask for events, glanced at by the owner: it writes while this is not what it lost. */
export const R_EVENTS_ARMED = 1440
/** Events that the leader has read, ever. Stored by the leader, glanced at by the owner. */
export const R_EVENTS_READ = 1441
/** The ring of events; behind it the caches: per class a 0, then up to `caps[c]` block offsets, the last at `brims[c]`. */
export const R_EVENT_RING = 1472

const CLASSES = 64

/** Words of an event, and events of a ring: few in a small heap, which holds few large blocks. */
export const EVENT_WORDS = 3
const EVENTS_MAX = 4096
const EVENTS_MIN = 64

/** Watch entries per record: threads other than the main one that start workers of their own are few. */
const WATCHES_PER_THREAD = 4

export interface Geometry {
  /** Byte offset of the header. */
  readonly base: number
  /** Byte offset of the heap's end. */
  readonly bytes: number
  readonly pages: number
  readonly threads: number
  readonly flags: number
  readonly extentShift: number
  /** log2 of the pages of an extent. */
  readonly extentPageShift: number
  readonly extents: number
  /** The first extent that holds blocks; those before hold metadata. */
  readonly firstExtent: number
  readonly slabShift: number
  /** Word offset of the extent table. */
  readonly table: number
  /** Word offset of an array by extent: its pages that were ever part of a run, counted from its start. Owner only. */
  readonly touched: number
  /** Word offset of an array by extent: the shard that touched it first, 0 if none did. Written by its owner. */
  readonly shards: number
  /** Word offset of the watch entries (see `watches.ts`), and how many there are. */
  readonly watches: number
  readonly watchCount: number
  /** Word offset of record 0, and words of a record. */
  readonly records: number
  readonly recordWords: number
  /** Events in a record's ring, a power of two, and the word offset of the ring from the record's start. */
  readonly events: number
  readonly eventRing: number
  /** Word offsets of four arrays by page: run words, links, links, hints. */
  readonly runs: number
  readonly next: number
  readonly prev: number
  readonly aux: number
  /** Byte offsets of the flags and the depths (a byte per page each) and of the state map (a byte per 16). */
  readonly flagMap: number
  readonly depthMap: number
  readonly stateMap: number
  /** Words kept for a cache, a power of two: the word behind each cache's last entry is a multiple of it. */
  readonly cacheWords: number
  /** Most entries of each class's cache, and the word offset of its last one from the record's start; of none at 0. */
  readonly caps: Int32Array
  readonly brims: Int32Array
  /** Pages of a segment of each mid class. */
  readonly segments: Int32Array
  /**
   * How many magazines there may be, and two word offsets from the record's start: of their entries, half of `cacheWords`
   * for each, and of a word for each, class << 16 | entries, 0 for none. Owner only, hints.
   */
  readonly magazines: number
  readonly depot: number
  readonly depotHeaders: number
}

/** Rounds up to the whole extents that a heap of about `bytes` has. */
export function roundBytes(bytes: number): number {
  const extent = 2 ** extentShiftOf(bytes)
  return Math.min(MAX_BYTES, Math.ceil(bytes / extent) * extent)
}

/** 1/256 of the heap as a power of two, from 64 KiB to 1 MiB: measured against larger ones in docs/architecture.md. */
export function extentShiftOf(bytes: number): number {
  return Math.max(16, Math.min(20, Math.floor(Math.log2(bytes / 256))))
}

/** Slabs of 4 KiB below 8 MiB of heap, 16 KiB below 256 MiB, else 64 KiB. */
function slabShiftOf(bytes: number): number {
  return bytes < 8 * 2 ** 20 ? 12 : bytes < 256 * 2 ** 20 ? 14 : 16
}

/** 1.5 % of a thread's share of the heap for its caches; only what holds entries is ever touched. */
function cacheWordsOf(bytes: number, threads: number): number {
  return 1 << Math.floor(Math.log2(clamp(bytes / threads / 2 ** 14, 32, 4096)))
}

/**
 * Four for each MiB of a thread's share of the heap, 16 at least: full, they hold up to a quarter of a large share. One for
 * each MiB and 64 at most: sh8 0.77 times as fast, 1 or 2 % more of a heap of 256 MiB to 1 GiB in use before it is full.
 */
function magazinesOf(bytes: number, threads: number): number {
  return 1 << Math.floor(Math.log2(clamp(bytes / threads / 2 ** 18, 16, MAGAZINES_MAX)))
}

/** Bytes of one class that a thread may well keep: 1/256 of its share of the heap, within bounds. */
function shareOf(bytes: number, threads: number): number {
  return Math.max(4096, Math.min(2 ** 17, bytes / threads / 256))
}

/**
 * Pages of mid's segments: the fewest that end where a block does and hold as many blocks as fit two shares, 4 to 16. With
 * 16 instead of 4, a refill finds more, and fewer runs are announced to their owners: rptest 1.46, larson-mid 1.15 to 1.29
 * times as fast, in no more resident memory (docs/performance.md).
 */
function segmentsOf(bytes: number, threads: number): Int32Array {
  const share = shareOf(bytes, threads)
  const segments = new Int32Array(CLASSES)
  for (let c = TINY_CLASSES + 1; c <= MID_CLASSES; c++) {
    const size = SIZES[c]
    const unit = (size * PAGE) / commonDivisor(size, PAGE)
    segments[c] = (Math.ceil((size * clamp((2 * share) / size, 4, 16)) / unit) * unit) / PAGE
  }
  return segments
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}

/**
 * Cache entries per class: as many as fit a share of the heap, 8 tiny or 2 mid ones at least. (So a small heap with many
 * threads could be filled by idle caches: `bounds.ts` has the figures, and `park` empties them.) Of each large class
 * 1/32 of a thread's share of the heap; none if that is less than a block, or if every large block of every thread is to
 * be told to who learns from it. Of tiny classes even numbers, see `depot.ts`.
 */
function capsOf(bytes: number, threads: number, flags: number, most: number): Int32Array {
  const share = shareOf(bytes, threads)
  const caps = new Int32Array(CLASSES)
  for (let c = 1; c <= TINY_CLASSES; c++) caps[c] = clamp(share / SIZES[c], 8, most) & -2
  for (let c = TINY_CLASSES + 1; c <= MID_CLASSES; c++)
    caps[c] = clamp((share * 8) / SIZES[c], 2, Math.min(64, most))
  for (let c = MID_CLASSES + 1; c <= SMALL_CLASSES && modeOf(flags) !== 'learn'; c++) {
    caps[c] = clamp(bytes / threads / 32 / SIZES[c], 0, 32)
  }
  return caps
}

/** A power of two: eight for each 64 KiB of a thread's share, within bounds. */
function eventsOf(bytes: number, threads: number): number {
  return 2 ** Math.floor(Math.log2(clamp(bytes / threads / 8192, EVENTS_MIN, EVENTS_MAX)))
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, Math.floor(value)))
}

/** @param room bytes from `base` on, a multiple of the extent size, see `roundBytes`; `base`: of BASE_ALIGNMENT */
export function geometry(room: number, threads: number, flags: number, base = 0): Geometry {
  const bytes = base + room
  const pages = bytes / PAGE
  const extentShift = extentShiftOf(room)
  const extents = bytes / 2 ** extentShift
  const cacheWords = cacheWordsOf(room, threads)
  const caps = capsOf(room, threads, flags, cacheWords - 1)
  const eventRing = R_EVENT_RING
  const events = hasEvents(flags) ? eventsOf(room, threads) : 0
  const caches = align(eventRing + events * EVENT_WORDS + 1, cacheWords)
  const brims = Int32Array.from({ length: CLASSES }, (_, c) => caches + c * cacheWords - 1)
  const depot = caches + SMALL_CLASSES * cacheWords
  const magazines = magazinesOf(room, threads)
  const depotHeaders = depot + (magazines / 2) * cacheWords
  const recordWords = align(depotHeaders + magazines, cacheWords)

  const table = (base + PAGE) / 4
  const touched = table + extents
  const shards = touched + extents
  const watches = shards + extents
  const watchCount = WATCHES_PER_THREAD * threads
  const records = align(watches + 2 * watchCount, cacheWords)
  const runs = align(records + threads * recordWords, PAGE / 4)
  const next = runs + pages
  const prev = next + pages
  const aux = prev + pages
  const flagMap = (aux + pages) * 4
  const depthMap = flagMap + pages
  const stateMap = align(depthMap + pages, 64)
  const end = stateMap + bytes / GRAIN
  return {
    base,
    bytes,
    pages,
    threads,
    flags,
    extentShift,
    extentPageShift: extentShift - PAGE_SHIFT,
    extents,
    firstExtent: Math.ceil(end / 2 ** extentShift),
    slabShift: slabShiftOf(room),
    table,
    touched,
    shards,
    watches,
    watchCount,
    records,
    recordWords,
    events,
    eventRing,
    runs,
    next,
    prev,
    aux,
    flagMap,
    depthMap,
    stateMap,
    cacheWords,
    caps,
    brims,
    segments: segmentsOf(room, threads),
    magazines,
    depot,
    depotHeaders,
  }
}

function align(value: number, to: number): number {
  return Math.ceil(value / to) * to
}

// ---- run word: what a used run's first page says; 0 where none starts ---------------------------------------

/** class << 24 | pages. A large run has class LARGE. Written by the owner: the commit of an allocation. */
export const runWord = (c: number, pages: number): number => (c << 24) | pages
export const runClass = (word: number): number => word >>> 24
export const runPages = (word: number): number => word & 0xffffff

/** In `aux`, on the first and last page of an indexed free run, beside its length in pages. */
export const FREE_TAG = 1 << 30

// ---- extent word ----------------------------------------------------------------------------------------------

/** Nobody's: its run words and state bytes are 0. */
export const FREE = 0
/** A record's (see `owned`). */
export const OWNED = 1
/** Claimed by a record as one of several in a row, not yet all of them. */
export const TENT = 2
/** May hold blocks; its owner parked, or died and was reaped, or its vacant record was dissolved. Anyone may adopt it. */
export const ORPHAN = 3
/** Bit: page 0 belongs to a run that starts in an earlier extent. Written by the owner of that run only. */
export const CONT = 4
/** Holds metadata; never claimed. */
export const RESERVED = ORPHAN | CONT | (0xffff << 3)

export const owned = (slot: number): number => ((slot + 1) << 3) | OWNED
export const tentative = (slot: number): number => ((slot + 1) << 3) | TENT
export const extentState = (word: number): number => word & 3
/** The record slot in an OWNED or TENT word. */
export const extentSlot = (word: number): number => (word >>> 3) - 1
