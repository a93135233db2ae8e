/**
 * AssemblyScript's own allocator, two-level segregated fit, for threads: one instance of this module in each, all on
 * one shared memory, behind a lock. `asc` compiles it on the spot; `src/peers/tlsf.ts` is the other side.
 *
 * The allocator keeps its state in the memory and where that starts in a global of each instance, so the first instance
 * tells `root` to the others. The lock is in here, not in JavaScript, in this contender's favour: one call per operation.
 * It is Drepper's three-state futex ("Futexes Are Tricky", 2011), like that of `src/peers/lock.ts`.
 */

import { __alloc, __free, __realloc } from 'rt/tlsf'

export { ROOT as root } from 'rt/tlsf'

/** Below the module's data, which starts at 1024 (`--memoryBase`): no instance writes here when it starts. */
const LOCK: usize = 64
const FREE: i32 = 0
const HELD: i32 = 1
const CONTENDED: i32 = 2
const SPINS: i32 = 100

export function malloc(size: usize): usize {
  acquire()
  const p = __alloc(size)
  release()
  return p
}

export function calloc(count: usize, size: usize): usize {
  const p = malloc(count * size)
  memory.fill(p, 0, count * size)
  return p
}

export function realloc(old: usize, size: usize): usize {
  acquire()
  const p = __realloc(old, size)
  release()
  return p
}

export function free(p: usize): void {
  acquire()
  __free(p)
  release()
}

function acquire(): void {
  for (let spin = 0; spin < SPINS; spin++) {
    if (atomic.cmpxchg<i32>(LOCK, FREE, HELD) === FREE) return
  }
  while (atomic.xchg<i32>(LOCK, CONTENDED) !== FREE) atomic.wait<i32>(LOCK, CONTENDED, -1)
}

function release(): void {
  if (atomic.xchg<i32>(LOCK, FREE) === CONTENDED) atomic.notify(LOCK, 1)
}
