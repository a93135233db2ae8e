/**
 * The calls: every public operation of the heap, with what must come of it. The model says whether a call succeeds or
 * which code its error carries; whether memory runs out is all that it leaves open.
 */

import { EventEmitter } from 'node:events'
import { Arena, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { type Arg, ODD } from './hostile.ts'
import {
  ARGUMENT,
  alignmentCodes,
  allocated,
  type Codes,
  DETACHED,
  DOUBLE,
  detachedOr,
  expect,
  FORMAT,
  INVALID,
  isThread,
  OWN,
  outcomeOf,
  pointerCodes,
  SIZE,
  settle,
  sizeCodes,
  THREAD,
  THREADS,
} from './outcomes.ts'
import { firstDamage, insist, type Player, type World } from './world.ts'

export interface Call {
  readonly name: CallName
  /** Which thread calls, modulo their number. */
  readonly who: number
  readonly a: Arg
  readonly b: Arg
}

/** Lists longer than this are cut: a sequence is to be many calls, not a few long ones. */
const LIST_MAX = 40

interface Context {
  readonly world: World
  readonly player: Player
  readonly heap: Heap
  readonly index: number
  /** The arguments as they are, and as they were drawn. */
  readonly a: unknown
  readonly b: unknown
  readonly drawn: Call
}

type Run = (context: Context) => void

/** Runs a call and compares. Throws Finding if the heap does not do as the model says. */
export function play(world: World, call: Call): void {
  const index = call.who % world.players.length
  const player = world.players[index]
  const [a, b] = [argumentOf(world, call.a), argumentOf(world, call.b)]
  CALLS[call.name]({ world, player, heap: player.heap, index, a, b, drawn: call })
  world.checkNext()
}

function argumentOf(world: World, arg: Arg): unknown {
  if (arg.is === 'number') return arg.value
  if (arg.is === 'odd') return ODD[arg.which % ODD.length][1]
  const list = arg.is === 'stale' ? world.stale : world.order
  const p = list.length === 0 ? 0 : list[arg.pick % list.length]
  return arg.is === 'near' ? p + arg.by : p
}

function allocation(body: (heap: Heap, size: number) => unknown, throws: boolean): Run {
  return (context) => {
    const { world, heap, a } = context
    const codes = detachedOr(context.player, () => sizeCodes(a))
    const p = allocated(codes, throws, () => body(heap, a as number))
    if (p !== 0) world.enter(heap, p, a as number)
  }
}

const CALLS = {
  malloc: allocation((heap, size) => heap.malloc(size), true),
  tryMalloc: allocation((heap, size) => heap.tryMalloc(size), false),
  site: allocation((heap, size) => heap.site('a site').malloc(size), true),
  siteTry: allocation((heap, size) => heap.site('another').tryMalloc(size), false),

  siteName({ heap, a }) {
    const codes = typeof a === 'string' ? undefined : [ARGUMENT]
    expect(codes, () => heap.site(a as string).name)
  },

  calloc(context) {
    const { world, heap, a, b } = context
    const codes = detachedOr(context.player, () => sizeCodes(a, b))
    const p = allocated(codes, true, () => heap.calloc(a as number, b as number))
    if (p === 0) return
    const bytes = (a as number) * (b as number)
    insist(isZero(heap, p, bytes), () => 'calloc gave a block that is not zero')
    world.enter(heap, p, bytes)
  },

  memalign(context) {
    const { world, heap, a, b } = context
    const codes = detachedOr(context.player, () => sizeCodes(a, b) ?? alignmentCodes(a as number))
    const p = allocated(codes, true, () => heap.memalign(a as number, b as number))
    if (p !== 0) world.enter(heap, p, b as number, a as number)
  },

  realloc(context) {
    const { world, heap, a, b } = context
    const codes = detachedOr(
      context.player,
      () => sizeCodes(b) ?? (a === 0 ? undefined : pointerCodes(world, a)),
    )
    const p = allocated(codes, true, () => heap.realloc(a as number, b as number))
    if (p === 0) return
    const old = world.live.get(a as number)
    if (old !== undefined) {
      const at = firstDamage(world.arena.W, old, Math.min(old.usable, b as number), p)
      insist(at === undefined, () => `realloc lost what was at ${at}`)
      world.leave(a as number)
    }
    world.enter(heap, p, b as number)
  },

  free(context) {
    const { world, heap, a } = context
    const codes = detachedOr(context.player, () => (a === 0 ? undefined : pointerCodes(world, a)))
    expect(codes, () => heap.free(a as number))
    if (codes === undefined && a !== 0) world.leave(a as number)
  },

  usableSize(context) {
    const { world, heap, a } = context
    const codes = detachedOr(context.player, () => pointerCodes(world, a))
    const usable = expect(codes, () => heap.usableSize(a as number))
    const has = world.live.get(a as number)?.usable
    if (codes === undefined) insist(usable === has, () => `usableSize ${usable}, the model has ${has}`)
  },

  owns(context) {
    const { world, heap, a } = context
    const owned = expect(detachedOr(context.player), () => heap.owns(a as number))
    if (!context.player.isDetached) insist(owned === world.live.has(a as number), () => `owns is ${owned}`)
  },

  bytes(context) {
    const { world, heap, a, b } = context
    const block = world.live.get(a as number)
    const codes = detachedOr(
      context.player,
      () =>
        pointerCodes(world, a) ??
        (b === undefined
          ? undefined
          : (sizeCodes(b) ?? ((b as number) > (block?.usable ?? 0) ? [SIZE] : undefined))),
    )
    const view = expect(codes, () => heap.bytes(a as number, b as number))
    if (codes !== undefined) return
    insist(view instanceof Uint8Array && view.byteOffset === a, () => 'bytes gave another place')
    insist(view.length === (b ?? block?.usable), () => `bytes gave ${view.length}`)
  },

  mallocBatch(context) {
    const { world, heap, a, b } = context
    const list = listOf(b)
    const codes = detachedOr(
      context.player,
      () => sizeCodes(a) ?? (isList(list) ? undefined : [ARGUMENT, OWN]),
    )
    const outcome = outcomeOf(() => heap.mallocBatch(a as number, list as number[]))
    // A list that takes no entry: its error, and the block that could not be entered is free again.
    if (codes === undefined && 'code' in outcome && outcome.code === OWN) {
      insist(Object.isFrozen(list) || typeof b !== 'number', () => 'an error of no type')
      return
    }
    const got = settle(codes, outcome)
    if (typeof got !== 'number') return
    insist(got >= 0 && got <= (list as number[]).length, () => `mallocBatch gave ${got}`)
    for (let k = 0; k < got; k++) world.enter(heap, (list as number[])[k], a as number)
  },

  freeBatch(context) {
    const { world, heap, a, b, drawn } = context
    if (drawn.b.is === 'odd') {
      // The value itself for a list, none of which hold a pointer.
      const outcome = outcomeOf(() => heap.freeBatch(b as number[]))
      if (context.player.isDetached) settle([DETACHED], outcome)
      else if ('code' in outcome)
        insist([ARGUMENT, INVALID, OWN].includes(outcome.code), () => `got ${outcome.code}`)
      return
    }
    const list: unknown[] = [a, b]
    if (typeof b === 'number') for (let k = 0; k < Math.abs(b) % LIST_MAX; k++) list.push(world.order[k] ?? 0)
    if (context.player.isDetached) {
      expect([DETACHED], () => heap.freeBatch(list as number[]))
      return
    }
    // In the order of the list: what is freed by one entry is not live for the next.
    const freed: number[] = []
    let first: Codes
    for (const p of list) {
      if (p === 0) continue
      const codes = freed.includes(p as number) ? [INVALID, DOUBLE] : pointerCodes(world, p)
      if (codes === undefined) freed.push(p as number)
      else first ??= codes
    }
    // A block may end before the entry that points into it comes up.
    if (first !== undefined && freed.length > 0) first = [INVALID, DOUBLE]
    expect(first, () => heap.freeBatch(list as number[]))
    for (const p of freed) world.leave(p)
  },

  flush(context) {
    expect(detachedOr(context.player), () => context.heap.flush())
  },

  park(context) {
    expect(detachedOr(context.player), () => context.heap.park())
  },

  detach({ player, heap, drawn }) {
    expect(undefined, () => (drawn.a.is === 'odd' ? heap[Symbol.dispose]() : heap.detach()))
    player.isDetached = true
  },

  reattach({ world, player, index }) {
    if (player.isDetached) expect(undefined, () => world.attach(index))
  },

  /** The thread drops its heap without detaching, and attaches anew under the same id: everything is re-derived. */
  takeOver({ world, player, index }) {
    if (!player.isDetached) expect(undefined, () => world.claim(index, player.thread))
  },

  /** Another thread attaches, under any id. Only a player that is detached left a record for it. */
  claim({ world, a }) {
    const known = world.players.findIndex(({ thread, isDetached }) => !isDetached && thread === a)
    const place = known >= 0 ? known : world.players.findIndex(({ isDetached }) => isDetached)
    if (!isThread(a)) {
      expect([THREAD], () => ThreadRecord.claim(world.arena, a as number))
    } else if (place < 0) {
      expect([THREADS], () => ThreadRecord.claim(world.arena, a))
    } else {
      expect(undefined, () => world.claim(place, a))
    }
  },

  /** The thread of another player, which never calls again; or any value for a thread. */
  reap(context) {
    const { world, player, heap, drawn } = context
    const dead = drawn.a.is === 'live' ? drawn.a.pick % world.players.length : -1
    // The first thread of a kept heap is this very thread, whose heap attach would give again.
    if (dead === 0 && world.shape.kept) return
    const thread = dead >= 0 ? world.players[dead].thread : context.a
    const isTaken = world.players.some((other) => !other.isDetached && other.thread === thread)
    if (dead < 0 && isTaken) return
    const isOther = isThread(thread) && thread !== player.thread
    const codes = detachedOr(context.player, () => (isOther ? undefined : [THREAD]))
    const reaped = expect(codes, () => heap.reap(thread as number))
    if (reaped === undefined) return
    insist(reaped.threads.length === 1 && reaped.threads[0] === thread, () => `reaped ${reaped.threads}`)
    insist(reaped.records === (isTaken ? 1 : 0), () => `reaped ${reaped.records} records`)
    for (const { ptr, size } of reaped.suspects) {
      insist(
        world.live.get(ptr)?.usable === size,
        () => `a suspect at ${ptr} of ${size} bytes, which is not live`,
      )
    }
    if (isTaken) world.attach(dead)
  },

  watch(context) {
    const { heap, a, b, drawn } = context
    const host = new EventEmitter()
    const on = host.on.bind(host)
    const off = host.off.bind(host)
    // Odd values as they are; any other for a thread's id.
    const isOdd = drawn.a.is === 'odd'
    const target = (isOdd ? a : { threadId: a, on, off }) as {
      threadId: number
      on: typeof on
      off: typeof off
    }
    const isFunction = b === undefined || typeof b === 'function'
    const codes = detachedOr(context.player, () =>
      !isFunction ? [ARGUMENT] : !isOdd && isThread(a) ? undefined : [THREAD, OWN],
    )
    const watch = expect(codes, () => heap.watch(target, b as () => void))
    if (watch === undefined) return
    insist(watch.threads.length === 1 && watch.threads[0] === a, () => `watches ${watch.threads}`)
    insist(host.listenerCount('exit') === 1, () => 'watch does not listen')
    watch.dispose()
    insist(host.listenerCount('exit') === 0, () => 'a watch that was disposed of listens')
  },

  attach({ a }) {
    expect([FORMAT, OWN], () => Heap.attach(a as SharedArrayBuffer))
    expect([FORMAT, OWN], () => Heap.attach({ buffer: a as SharedArrayBuffer }))
    expect([FORMAT], () => Arena.open(a))
  },

  create({ a, b }) {
    const isIn = (value: unknown, low: number, high: number) =>
      value == null || (Number.isInteger(value) && (value as number) >= low && (value as number) <= high)
    // Only what must fail: what succeeds would take its memory.
    if (isIn(a, 2 ** 20, 2 ** 32) && isIn(b, 1, 1024)) return
    const options = { bytes: a as number, threads: b as number }
    expect([SIZE], () => Heap.create(options))
  },

  createOf({ a, drawn }) {
    if (drawn.a.is !== 'odd' || a === undefined || (typeof a === 'object' && a !== null && isPlain(a))) return
    expect([ARGUMENT, OWN], () => Heap.create(a as object))
  },

  stats({ world, heap }) {
    const stats = expect(undefined, () => heap.stats())
    insist(stats?.threads === world.players.length, () => `stats of ${stats?.threads} threads`)
  },

  audit({ world }) {
    world.checkAll()
  },
} satisfies Record<string, Run>

export type CallName = keyof typeof CALLS

export const CALL_NAMES = Object.keys(CALLS) as CallName[]

/** The lists that a number stands for: of every type that is one, and some that are not. */
function listOf(b: unknown): unknown {
  if (typeof b !== 'number') return b
  const length = Number.isInteger(b) ? Math.abs(b) % LIST_MAX : 3
  switch (Math.floor(Math.abs(b) / LIST_MAX) % 6) {
    case 0:
      return new Float64Array(length)
    case 1:
      return new Array<number>(length).fill(0)
    case 2:
      return new Int32Array(length)
    case 3:
      return { length }
    case 4:
      return Object.freeze(new Array<number>(length).fill(0))
    default:
      return new Uint32Array(length)
  }
}

function isList(value: unknown): boolean {
  try {
    return value instanceof Uint32Array || value instanceof Float64Array || Array.isArray(value)
  } catch {
    return false
  }
}

/** Whether `Heap.create` would take the object for options that say nothing, and make a heap. */
function isPlain(value: object): boolean {
  try {
    const { bytes, threads } = value as { bytes?: unknown; threads?: unknown }
    return bytes === undefined && threads === undefined
  } catch {
    return false
  }
}

function isZero(heap: Heap, p: number, bytes: number): boolean {
  const end = p + bytes
  for (let word = p >>> 2; word < end >>> 2; word++) if (heap.U32[word] !== 0) return false
  for (let at = end - (end % 4); at < end; at++) if (heap.U8[at] !== 0) return false
  return true
}
