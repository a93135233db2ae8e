/**
 * The policy word, as those who change it see it: a strategy and a setting of every knob, by name and value.
 *
 * It changes in one swap, by whoever pins or imports and by the leader. Pins say which parts the leader leaves alone.
 */

import {
  type Arena,
  InvalidArgumentError,
  KNOB_NAMES,
  KNOBS,
  type Knob,
  LearningOffError,
  layout,
  load,
  nextPolicy,
  packPolicy,
  type Setting,
  settingOf,
  store,
  strategyOf,
  swap,
} from '@hakmem/arena'
import { DEFAULT_STRATEGY, FIRST_STRATEGY, STRATEGIES } from './strategies/index.ts'

/** The value of each knob; those that scale are factors of the default. */
export type Knobs = Record<Knob, number>

/** What to hold fast: a strategy by name, knobs by value; what is left out stays as it is. */
export interface Pin {
  readonly strategy?: string
  readonly knobs?: Partial<Knobs>
}

/** Swaps that a change of the policy tries; the leader changes it once an epoch. */
const TRIES = 64
const STRATEGY_PIN = 1

interface Choice {
  readonly strategy: number
  readonly setting: Setting
}

export function choiceOf(word: number): Choice {
  return { strategy: Math.min(strategyOf(word), STRATEGIES.length - 1), setting: settingOf(word) }
}

/** Makes the policy what `change` says of it. Any thread. */
export function changePolicy(arena: Arena, change: (choice: Choice) => Choice): void {
  for (let k = 0; k < TRIES; k++) {
    // Partner: the glance of `ThreadRecord.enter`. The word is all that there is to see: nothing else is published by it.
    const word = load(arena.H, layout.H_POLICY)
    const { strategy, setting } = change(choiceOf(word))
    if (swap(arena.H, layout.H_POLICY, word, nextPolicy(word, packPolicy(strategy, setting)))) return
  }
}

/** Has a new heap that learns begin with the strategy that such heaps begin with. Before anybody else sees the heap. */
export function beginLearning(arena: Arena): void {
  changePolicy(arena, ({ setting }) => ({ strategy: STRATEGIES.indexOf(FIRST_STRATEGY), setting }))
}

/** Whether the strategy, or the knob, is pinned. */
export function isPinned(arena: Arena, what: 'strategy' | Knob): boolean {
  return (load(arena.H, layout.H_PINS) & bitOf(what)) !== 0
}

/** Throws InvalidArgumentError for what is unknown, LearningOffError; changes nothing then. */
export function pin(arena: Arena, wanted: Pin): void {
  requireOn(arena, 'pin')
  if (typeof wanted !== 'object' || wanted === null) {
    throw new InvalidArgumentError('pin', 'what to pin', wanted, 'an object')
  }
  const { knobs = {} } = wanted
  const strategy = wanted.strategy === undefined ? undefined : strategyNamed('pin', wanted.strategy)
  const setting = settingWith('pin', knobs)
  let pins = load(arena.H, layout.H_PINS)
  if (strategy !== undefined) pins |= STRATEGY_PIN
  for (const knob of Object.keys(setting) as Knob[]) pins |= bitOf(knob)
  // First, so that the leader does not take back what follows.
  store(arena.H, layout.H_PINS, pins)
  changePolicy(arena, (now) => ({
    strategy: strategy ?? now.strategy,
    setting: { ...now.setting, ...setting },
  }))
}

/** Lets go of all that is pinned; it stays as it is until the leader changes it. */
export function unpin(arena: Arena): void {
  store(arena.H, layout.H_PINS, 0)
}

export function requireOn(arena: Arena, operation: string): void {
  if (arena.mode === 'off') throw new LearningOffError(operation)
}

/** Index of a strategy. */
export function strategyNamed(operation: string, name: unknown): number {
  const index = STRATEGIES.findIndex((strategy) => strategy.name === name)
  if (index >= 0) return index
  const names = STRATEGIES.map((strategy) => `'${strategy.name}'`).join(', ')
  throw new InvalidArgumentError(operation, '`strategy`', name, `one of ${names}`)
}

/** The indexes of the knobs' values. */
export function settingWith(operation: string, knobs: unknown): Partial<Setting> {
  if (typeof knobs !== 'object' || knobs === null) {
    throw new InvalidArgumentError(operation, '`knobs`', knobs, 'an object')
  }
  const setting: Partial<Setting> = {}
  for (const [name, value] of Object.entries(knobs)) {
    const knob = KNOB_NAMES.find((known) => known === name)
    if (knob === undefined) {
      throw new InvalidArgumentError(operation, `the knob '${name}'`, name, `one of ${KNOB_NAMES.join(', ')}`)
    }
    const index = (KNOBS[knob] as readonly unknown[]).indexOf(value)
    if (index < 0) {
      throw new InvalidArgumentError(
        operation,
        `the knob '${knob}'`,
        value,
        `one of ${KNOBS[knob].join(', ')}`,
      )
    }
    setting[knob] = index
  }
  return setting
}

/** The knobs' values of a setting. */
export function knobsOf(setting: Setting): Knobs {
  return Object.fromEntries(KNOB_NAMES.map((knob) => [knob, KNOBS[knob][setting[knob]]])) as Knobs
}

export function nameOf(strategy: number): string {
  return (STRATEGIES[strategy] ?? DEFAULT_STRATEGY).name
}

function bitOf(what: 'strategy' | Knob): number {
  return what === 'strategy' ? STRATEGY_PIN : 2 << KNOB_NAMES.indexOf(what)
}
