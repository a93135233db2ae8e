/** Names of locations, and the buffers that a scenario's state holds. */

import { drain } from '../drain.ts'
import { KINDS, type View } from '../memory/shadow.ts'
import { shadowOf, viewOf } from '../memory/views.ts'
import type { Scenario } from '../scenario.ts'

/** What a scenario says of a location. Its functions may have been rewritten as well. */
export function known<S>(
  scenario: Scenario<S>,
  view: View,
  i: number,
): { name: string; race?: string } | undefined {
  return drain(scenario.location?.(view.array, i)) as ReturnType<NonNullable<Scenario<S>['location']>>
}

/** A name for a location: the scenario's, or where in its state the array is found. */
export function placeName<S>(scenario: Scenario<S>, state: S, view: View, i: number): string {
  return known(scenario, view, i)?.name ?? `${nameIn(state, view.array) ?? KINDS[view.kind]}[${i}]`
}

/** Gives the buffers that are found in a state their places, so that they are the same in every run. */
export function register(value: unknown, depth = 0, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value) || seen.size > 200) return
  seen.add(value)
  if (value instanceof SharedArrayBuffer) shadowOf(value)
  else if (ArrayBuffer.isView(value)) viewOf(value)
  else if (depth < 4) for (const part of Object.values(value)) register(part, depth + 1, seen)
}

function nameIn(value: unknown, array: unknown, depth = 0): string | undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || depth > 3) return undefined
  for (const [name, part] of Object.entries(value)) {
    if (part === array) return name
    const inner = nameIn(part, array, depth + 1)
    if (inner !== undefined) return `${name}.${inner}`
  }
  return undefined
}
