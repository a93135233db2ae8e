/** Runs a leader on the event loop of its thread, wherever there are timers. */

import type { Arena } from '@hakmem/arena'
import { Leader } from './leader.ts'

/** Milliseconds between two looks. */
const TICK = 50

interface Timer {
  unref?(): void
}

interface Host {
  setInterval(call: () => void, milliseconds: number): Timer | number
  clearInterval(timer: Timer | number): void
  performance: { now(): number }
}

/**
 * Has the thread lead whenever nobody else does and its event loop gets to it. Keeps neither process nor worker alive.
 * What it returns ends that, and lets another thread lead; call it before the thread detaches.
 */
export function host(arena: Arena, thread: number): () => void {
  const { setInterval, clearInterval, performance } = globalThis as unknown as Host
  const leader = new Leader(arena, thread, () => performance.now())
  const timer = setInterval(() => leader.step(), TICK)
  if (typeof timer === 'object') timer.unref?.()
  return () => {
    clearInterval(timer)
    leader.resign()
  }
}
