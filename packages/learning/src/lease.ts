/**
 * The lease: at most one thread leads. A lease is a thread's id, which no other thread ever has, and it lasts as long as
 * that thread holds a record: a leader that dies is reaped, one that leaves detaches, and then anyone may take over. So
 * there is no time-out, and no leader that was only slow comes back to find another in its place.
 */

import { type Arena, layout, load, swap } from '@hakmem/arena'

/** Takes the lease, or finds that the thread has it; false if another thread that lives has it. */
export function takeLease(arena: Arena, thread: number): boolean {
  const { H } = arena
  // Partner: the swap of whoever leads now, or led.
  const holder = load(H, layout.H_LEADER)
  if (holder === thread + 1) return true
  if (holder !== 0 && isHeld(arena, holder)) return false
  return swap(H, layout.H_LEADER, holder, thread + 1)
}

/** Gives the lease back, if the thread has it. */
export function dropLease(arena: Arena, thread: number): void {
  swap(arena.H, layout.H_LEADER, thread + 1, 0)
}

/** Whether a record is the thread's; one that is being reaped is not. */
function isHeld({ W, geometry: g }: Arena, word: number): boolean {
  for (let slot = 0; slot < g.threads; slot++) {
    if (load(W, g.records + slot * g.recordWords + layout.R_THREAD) === word) return true
  }
  return false
}
