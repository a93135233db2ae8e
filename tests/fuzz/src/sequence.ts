/** A sequence of calls on one heap, from its making to its end; what all fuzzers of calls run and print. */

import { type Call, play } from './calls.ts'
import { ODD } from './hostile.ts'
import { Finding, type Shape, World } from './world.ts'

export interface Sequence {
  readonly shape: Shape
  readonly calls: readonly Call[]
}

/** Calls between two audits. */
const AUDIT_EVERY = 16

/** Throws Finding, with the call that showed it. */
export function run({ shape, calls }: Sequence): void {
  const world = World.open(shape)
  for (const [k, call] of calls.entries()) {
    try {
      play(world, call)
      if (k % AUDIT_EVERY === AUDIT_EVERY - 1) world.checkAll()
    } catch (error) {
      throw Object.assign(new Finding(`call ${k}, ${call.name}: ${textOf(error)}`), { at: k })
    }
  }
  try {
    world.close()
  } catch (error) {
    throw new Finding(`at the end: ${textOf(error)}`)
  }
}

/** A heap that throws what is no finding has one all the same: nothing else may come out of it. */
function textOf(error: unknown): string {
  if (error instanceof Finding) return error.message
  return `unexpected: ${error instanceof Error ? error.stack : String(error)}`
}

/** A sequence as JSON, a call a line, with what each odd value is. */
export function print({ shape, calls }: Sequence): string {
  const lines = calls.map((call) => {
    const odd = [call.a, call.b].flatMap((arg) => (arg.is === 'odd' ? [ODD[arg.which % ODD.length][0]] : []))
    return `    ${JSON.stringify(call, numbers)},${odd.length > 0 ? ` // ${odd.join(', ')}` : ''}`
  })
  return [`  { shape: ${JSON.stringify(shape)}, calls: [`, ...lines, '  ] }'].join('\n')
}

/** JSON knows neither NaN nor the infinities nor -0. */
function numbers(_: string, value: unknown): unknown {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? String(value)
    : value
}
