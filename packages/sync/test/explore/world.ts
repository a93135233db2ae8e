// What the explored scenarios share: a table with a place for each player, the reapers, and what must hold in the end.
// This module is rewritten with the package under test.

import type { End, Scenario } from '@hakmem/interleave'
import { SyncTable, type SyncThread } from '@hakmem/sync'

/** Players; the last two act for the reapers. */
const NAMES = ['a', 'b', 'c', 'r1', 'r2']
const WORDS = 32

/** Words of the primitives under test, and what the players themselves write down. */
export const LOCK_AT = 16
const SECOND_AT = 24
export const VALUE = 8
/** Per player, 1 while it is inside. */
const INSIDE = 0

export class World {
  readonly words: Int32Array
  readonly table: SyncTable
  private readonly threads: SyncThread[]

  constructor() {
    const memory = new SharedArrayBuffer(WORDS * 4 + SyncTable.bytes(NAMES.length))
    this.words = new Int32Array(memory)
    this.table = new SyncTable(memory, WORDS * 4, NAMES.length)
    this.threads = NAMES.map((_, k) => this.table.join(k))
  }

  thread(name: string): SyncThread {
    return this.threads[NAMES.indexOf(name)]
  }

  id(name: string): number {
    return NAMES.indexOf(name)
  }

  /** Whether the player's place is its own still. */
  isMember(name: string): boolean {
    const { words, claims, stride } = this.table.members
    return Atomics.load(words, claims + this.id(name) * stride) === this.id(name) + 1
  }
}

/** The first reaper reaps the thread that died; if it dies, the next one reaps that thread and it. */
function reapDead(world: World, dead: string, nth: number): void {
  world.table.reap(world.id(dead.startsWith('reaper') ? `r${nth - 1}` : dead), world.id(`r${nth}`))
}

/** Reaps once more whoever died: a reaper that was killed before it had begun left nothing that says whom. */
function settle(world: World, end: End): void {
  for (const { thread } of end.killed) {
    if (!thread.startsWith('reaper')) world.table.reap(world.id(thread), 1000)
  }
}

/** Nobody who ended holds anything, nobody who died is a member. */
export function checkWorld(world: World, end: End): void {
  settle(world, end)
  const dead = end.killed.map(({ thread }) =>
    thread.replace(/^reaper(\d*)$/, (_, nth: string) => `r${nth || 1}`),
  )
  const { words, claims, held, stride } = world.table.members
  for (const [member, name] of NAMES.entries()) {
    const claim = words[claims + member * stride]
    if (claim !== (dead.includes(name) ? 0 : member + 1))
      throw new Error(`the claim word of ${name} is ${claim}`)
    for (let k = 0; k < stride - 1; k++) {
      const entry = words[held + member * stride + k]
      if (entry !== 0) throw new Error(`${name} still has the entry ${entry}`)
    }
  }
}

/** Is inside, with nobody else who lives: of those named `others`. */
export function visit(world: World, name: string, others: readonly string[]): void {
  const { words } = world
  Atomics.store(words, INSIDE + world.id(name), 1)
  for (const other of others) {
    if (other === name || Atomics.load(words, INSIDE + world.id(other)) === 0) continue
    if (world.isMember(other)) throw new Error(`${name} and ${other} are inside at once`)
  }
  Atomics.store(words, INSIDE + world.id(name), 0)
}

export type Scene = Scenario<World>
export type Player = (world: World) => void
export type Check = (world: World, end: End) => void

/** Byte offsets of the primitives under test. */
export const LOCK = 4 * LOCK_AT
export const SECOND = 4 * SECOND_AT
export const DIED = 1 << 22
/** Long enough never to be over by the clock: that a time is over is the scheduler's choice. */
export const A_TIME = 1e9
export const EVERYBODY = ['a', 'b', 'c']

/** `rescue`: what a reaper does after it has reaped `dead`, for those who would wait for what `dead` was to do. */
export function scene(
  name: string,
  threads: Scene['threads'],
  check: Check,
  rescue: (world: World, reaper: string, dead: string) => void = () => undefined,
): Scene {
  return {
    name,
    setup: () => new World(),
    threads,
    reaper: (world, dead, nth) => {
      reapDead(world, dead, nth)
      rescue(world, `r${nth}`, dead)
    },
    check: (world, end) => {
      checkWorld(world, end)
      check(world, end)
    },
  }
}

/** Free in the end, and marked only if somebody died. */
export const isFree: Check = (world, end) => {
  const word = world.words[LOCK_AT]
  if (word !== 0 && !(word === DIED && end.killed.length > 0)) throw new Error(`the lock's word is ${word}`)
}
