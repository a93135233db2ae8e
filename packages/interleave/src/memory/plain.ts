/** Plain accesses, as rewritten code makes them: `a[i]`, `a[i] = value`, and the methods of typed arrays. */

import { read, write, writeRange } from './memory.ts'
import { IDLE, MODE, RUNNING, regs } from './registers.ts'
import type { View } from './shadow.ts'
import { viewOf } from './views.ts'

// Locals, as in `memory.ts`.
const R = regs
const rMODE = MODE
const running = RUNNING

/** Where the plain access that is under way stands in the code. */
export let plainSite = ''

const isIndex = (view: View, i: unknown): i is number =>
  typeof i === 'number' && i >= 0 && i < view.length && Math.floor(i) === i

interface Indexable {
  [i: number]: unknown
}

/** `a[i]` */
export function get(a: unknown, i: unknown, site = ''): unknown {
  if (R[rMODE] !== running) return (a as Indexable)[i as number]
  const view = viewOf(a)
  if (view === undefined || !isIndex(view, i)) return (a as Indexable)[i as number]
  plainSite = site
  return read(view, i, true)
}

/** `a[i] = value` */
export function set(a: unknown, i: unknown, value: unknown, site = ''): unknown {
  if (R[rMODE] !== IDLE) {
    const view = viewOf(a)
    if (view !== undefined && isIndex(view, i)) {
      plainSite = site
      write(view, i, value as number)
      return value
    }
  }
  ;(a as Indexable)[i as number] = value
  return value
}

type Methods = Record<string, (...args: unknown[]) => unknown>

/**
 * `a.fill(..)`, `a.set(..)`, `a.copyWithin(..)`: on shared memory noted element by element. Any other method is taken to
 * read the whole array and to write nothing (`slice`, `indexOf`, `join`).
 */
export function method(a: unknown, name: string, site: string, ...args: unknown[]): unknown {
  const view = R[rMODE] === IDLE ? undefined : viewOf(a)
  if (view === undefined) return (a as Methods)[name](...args)
  plainSite = site
  const { length } = view
  let from = 0
  let to = 0
  if (name === 'fill') {
    from = relative(args[1], length, 0)
    to = relative(args[2], length, length)
  } else if (name === 'set') {
    const source = args[0] as ArrayLike<number>
    readRange(source, 0, source.length)
    from = Math.trunc(Number(args[1] ?? 0)) || 0
    to = Math.min(length, from + source.length)
  } else if (name === 'copyWithin') {
    from = relative(args[0], length, 0)
    const start = relative(args[1], length, 0)
    const end = relative(args[2], length, length)
    to = Math.min(length, from + Math.max(0, end - start))
    readRange(a, start, end)
  } else {
    readRange(a, 0, length)
    return (a as Methods)[name](...args)
  }
  return writeRange(view, from, to, () => (a as Methods)[name](...args))
}

/** A relative index as the methods of typed arrays have it. */
function relative(index: unknown, length: number, otherwise: number): number {
  if (index === undefined) return otherwise
  const i = Math.trunc(Number(index)) || 0
  return i < 0 ? Math.max(0, length + i) : Math.min(i, length)
}

function readRange(source: unknown, from: number, to: number): void {
  const view = viewOf(source)
  if (view === undefined || R[rMODE] !== running) return
  for (let i = from; i < to; i++) read(view, i, true)
}
