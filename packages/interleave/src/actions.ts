/**
 * Actions: what the scheduler can do next, as an integer; and traces: the actions of a schedule as a string.
 *
 * A trace names threads by letters in the order of their start (reapers come last). `a12` runs a for twelve steps; `a!`
 * kills a before its next step, `a!+` right after it, `a!3` at the third local point after it; `a^3` runs a step and
 * throws at the third local point after it; `a:2` lets a's delayed store number 2 (and what must precede it) land;
 * `a*` lets a take all turns of its event loop that it has before it as one; `a~` lets a's wait time out, `a~1` its
 * second one that may. A trace of a scenario with some operations left out starts with those that are kept, `a0,2.b1/`.
 */

import { InterleaveError } from './errors.ts'

/** With 1 as its argument: see `Thread.turns`. */
export const RUN = 0
export const KILL_BEFORE = 1
export const KILL_AFTER = 2
export const KILL_AT = 3
export const THROW_AT = 4
export const COMMIT = 5
export const EXPIRE = 6

export const action = (kind: number, thread: number, arg = 0): number => kind | (thread << 3) | (arg << 8)
export const kindOf = (action: number): number => action & 7
export const threadOf = (action: number): number => (action >>> 3) & 31
export const argOf = (action: number): number => action >>> 8

/** Which operations of each thread run; by thread, in the order of the scenario. */
export type Kept = readonly (readonly number[])[]

const letter = (thread: number): string => String.fromCharCode(97 + thread)

export function formatTrace(actions: ArrayLike<number>, count: number, kept?: Kept): string {
  let text = ''
  if (kept !== undefined) {
    text = `${kept
      .map((ops, t) => (ops.length > 0 ? letter(t) + ops.join(',') : ''))
      .filter(Boolean)
      .join('.')}/`
  }
  for (let d = 0; d < count; ) {
    const one = actions[d]
    let n = 1
    while (kindOf(one) === RUN && argOf(one) === 0 && d + n < count && actions[d + n] === one) n++
    text += letter(threadOf(one)) + suffix(one, n)
    d += n
  }
  return text
}

function suffix(one: number, times: number): string {
  switch (kindOf(one)) {
    case RUN:
      return argOf(one) > 0 ? '*' : times > 1 ? String(times) : ''
    case KILL_BEFORE:
      return '!'
    case KILL_AFTER:
      return '!+'
    case KILL_AT:
      return `!${argOf(one)}`
    case THROW_AT:
      return `^${argOf(one)}`
    case COMMIT:
      return `:${argOf(one)}`
    default:
      return argOf(one) > 0 ? `~${argOf(one)}` : '~'
  }
}

/** The actions of a trace, and the operations it keeps (undefined: all). */
export function parseTrace(trace: string): { actions: number[]; kept: Map<number, number[]> | undefined } {
  const bad = () => new InterleaveError('BAD_TRACE', `not a trace: ${trace}`)
  const slash = trace.indexOf('/')
  let kept: Map<number, number[]> | undefined
  if (slash >= 0) {
    kept = new Map()
    for (const part of trace.slice(0, slash).split('.')) {
      if (!/^[a-z]\d+(,\d+)*$/.test(part)) throw bad()
      kept.set(part.charCodeAt(0) - 97, part.slice(1).split(',').map(Number))
    }
  }
  const rest = trace.slice(slash + 1)
  const actions: number[] = []
  const pattern = /([a-z])(?:!(\+|\d+)?|\^(\d+)|:(\d+)|~(\d*)|(\*)|(\d+))?/y
  while (pattern.lastIndex < rest.length) {
    const found = pattern.exec(rest)
    if (found === null) throw bad()
    const [whole, name, kill, toss, commit, expire, all, times] = found
    const t = name.charCodeAt(0) - 97
    if (whole.includes('!')) {
      if (kill === undefined) actions.push(action(KILL_BEFORE, t))
      else if (kill === '+') actions.push(action(KILL_AFTER, t))
      else actions.push(action(KILL_AT, t, Number(kill)))
    } else if (toss !== undefined) actions.push(action(THROW_AT, t, Number(toss)))
    else if (commit !== undefined) actions.push(action(COMMIT, t, Number(commit)))
    else if (expire !== undefined) actions.push(action(EXPIRE, t, Number(expire)))
    else if (all !== undefined) actions.push(action(RUN, t, 1))
    else for (let n = Number(times ?? 1); n > 0; n--) actions.push(action(RUN, t))
  }
  return { actions, kept }
}
