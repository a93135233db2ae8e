// The shared steps of learning, as scenarios: tables and the lease, the policy word, events, bundled announcements.
//
// `a` and `b` are threads of a heap, `l` leads. Tables are made so that every figure of one is its number: a reader that
// finds two different ones has read two tables.

import { EventReader, FREED, layout, PAGE, settingOf, strategyOf, TOOK } from '@hakmem/arena'
import type { End, Operation, Scenario } from '@hakmem/interleave'
import { pin, STRATEGIES } from '@hakmem/learning'
import { changePolicy, lastTable, publish, type Table, takeLease } from '@hakmem/learning/learn'
import { type Entry, type Gives, locator, mayThrow } from './books.ts'
import { checkWorld, give, reapDead, Stage, take } from './world.ts'

const LARGE = 64 * 1024

type Scene = Scenario<Stage>

function scene(
  name: string,
  stage: Stage,
  threads: Record<string, readonly Operation<Stage>[]>,
  check: (stage: Stage, end: End) => void,
  reaper = reapDead,
): Scene {
  return { name, reuse: true, setup: () => stage, threads, reaper, check, location: locator(stage), mayThrow }
}

// ---- tables and the lease ---------------------------------------------------------------------------------------

function tableOf(number: number): Table {
  const row = { rating: number, games: number, wins: number, losses: 0, draws: 0, highWater: number }
  const arm = { pulls: number, mean: number }
  return {
    epoch: number,
    resets: number,
    reason: number,
    strategies: STRATEGIES.map(() => row),
    arms: [5, 5, 4, 4, 4, 4].map((count) => Array.from({ length: count }, () => arm)),
  }
}

/** Throws if the figures are of more than one table. */
function requireWhole(table: Table | undefined): void {
  if (table === undefined) return
  const { epoch, resets, reason, strategies, arms } = table
  const figures = [epoch, resets, reason]
  for (const { rating, games, wins, highWater } of strategies) {
    figures.push(rating ?? epoch, games, wins, highWater ?? epoch)
  }
  for (const { pulls, mean } of arms.flat()) figures.push(pulls, mean)
  if (new Set(figures).size !== 1) throw new Error(`a table of several: ${figures.join(' ')}`)
}

function lead(stage: Stage, name: string): Entry {
  if (!takeLease(stage.arena, stage.thread(name))) return {}
  const number = (lastTable(stage.arena)?.epoch ?? 0) + 1
  publish(stage.arena, tableOf(number))
  return {}
}

function look(stage: Stage): Entry {
  requireWhole(lastTable(stage.arena))
  return {}
}

/** Reaps, and leads where the dead one did. */
function reapAndLead(stage: Stage, dead: string, nth: number): Entry {
  const entry = reapDead(stage, dead, nth)
  lead(stage, stage.names.filter((name) => name.startsWith('r'))[nth - 1])
  return entry
}

/** Whoever died: the last table is whole, and the lease is nobody's or of a thread that had it. */
export function leadership(): Scene {
  const stage = new Stage(['l', 'b', 'r1', 'r2'])
  lead(stage, 'l')
  return scene(
    'the leader publishes while another reads and a third would lead',
    stage,
    {
      l: [(s) => lead(s, 'l'), (s) => lead(s, 'l')],
      b: [(s) => look(s), (s) => lead(s, 'b')],
    },
    (s, end) => {
      checkWorld(s, end)
      const table = lastTable(s.arena)
      requireWhole(table)
      if (table === undefined) throw new Error('the last table is lost')
      const leader = s.arena.H[layout.H_LEADER] - 1
      const dead = end.killed.map(({ thread }) => s.thread(thread))
      const isReaped = end.killed.length < 2
      if (isReaped && dead.includes(leader)) throw new Error(`the dead thread ${leader} leads`)
    },
    reapAndLead,
  )
}

// ---- the policy word --------------------------------------------------------------------------------------------

export function pins(): Scene {
  const stage = new Stage(['a', 'l', 'r1', 'r2'])
  return scene(
    'a pin and a change by the leader',
    stage,
    {
      a: [(s) => pinFirstFit(s)],
      l: [(s) => setRefill(s)],
    },
    (s, end) => {
      checkWorld(s, end)
      const word = s.arena.H[layout.H_POLICY]
      const [done, changed] = [end.results.a[0], end.results.l[0]].map(
        (outcome) => outcome?.returned !== undefined,
      )
      if (done && strategyOf(word) !== 2) throw new Error(`the pin is lost: ${word}`)
      if (changed && settingOf(word).refill !== 2) throw new Error(`the change is lost: ${word}`)
    },
  )
}

function pinFirstFit(stage: Stage): Entry {
  pin(stage.arena, { strategy: 'first fit' })
  return {}
}

function setRefill(stage: Stage): Entry {
  changePolicy(stage.arena, ({ strategy, setting }) => ({ strategy, setting: { ...setting, refill: 2 } }))
  return {}
}

// ---- events -----------------------------------------------------------------------------------------------------

/** What was read, by the leader, in order: a piece without a gap of what the owner did. */
export function events(): Scene {
  const stage = new Stage(['a', 'l', 'r1', 'r2'], {}, 'learn')
  const p = stage.take('a', LARGE)
  const reader = new EventReader(stage.arena, stage.heap('a').record.slot)
  const gives: Gives = { a: [p] }
  return scene(
    'the owner notes events while the leader asks for them and reads',
    stage,
    {
      a: [(s) => give(s, 'a', p), (s) => take(s, 'a', LARGE)],
      l: [() => ask(reader), () => read(reader), () => read(reader)],
    },
    (s, end) => {
      checkWorld(s, end, gives)
      const got = end.results.l.flatMap((outcome) => (outcome?.returned as Heard | undefined)?.events ?? [])
      const done = [`${FREED} ${p / PAGE}`, `${TOOK} ${p / PAGE}`]
      const isPiece = [[], [done[0]], [done[1]], done].some((piece) => `${piece}` === `${got}`)
      if (!isPiece) throw new Error(`events ${got} of ${done}`)
    },
  )
}

interface Heard extends Entry {
  readonly events: readonly string[]
}

function ask(reader: EventReader): Entry {
  reader.arm()
  return {}
}

function read(reader: EventReader): Heard {
  const events: string[] = []
  reader.read((kind, page) => events.push(`${kind} ${page}`), 8)
  return { events }
}

// ---- bundles ----------------------------------------------------------------------------------------------------

/** `b` holds its announcements back; the marks count all the same. */
export function bundles(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  pin(stage.arena, { knobs: { bundle: 8 } })
  stage.take('b', LARGE)
  const blocks = [stage.take('a', LARGE), stage.take('a', LARGE)]
  const gives: Gives = { b: blocks }
  return scene(
    'frees whose announcements are bundled, and the owner that looks for them',
    stage,
    {
      a: [(s) => take(s, 'a', LARGE)],
      b: blocks.map((p) => (s) => give(s, 'b', p)),
    },
    (s, end) => checkWorld(s, end, gives),
  )
}
