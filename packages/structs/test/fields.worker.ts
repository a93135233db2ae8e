// What workers do in `fields.test.ts`; the declarations are theirs too, and must be the same.

import { Heap, type HeapHandle, type Ptr } from '@hakmem/core'
import {
  atomic,
  bool,
  condition,
  f64,
  i32,
  i64,
  mutex,
  ptr,
  struct,
  u8,
  u16,
  u32,
  u64,
} from '@hakmem/structs'

class Cells extends struct({
  a: atomic(u8),
  b: atomic(u16),
  c: atomic(u32),
  d: atomic(i32),
  e: atomic(u64),
  f: atomic(i64),
  g: atomic(ptr<Cells>()),
}) {}

class Account extends struct({ lock: mutex, changed: condition, balance: f64, open: bool }) {}

/** Says that it waits, waits, and wakes the other. */
export function waitFor(handle: HeapHandle, p: number): string {
  using heap = Heap.attach(handle)
  const v = Cells.at(heap, p as Ptr<Cells>)
  v.d.store(1)
  const answer = v.f.wait(-1n, 10_000)
  v.c.store(5)
  while (v.c.notify() === 0);
  return answer
}

export function deposit(handle: HeapHandle, p: number, times: number): void {
  using heap = Heap.attach(handle)
  const v = Account.at(heap, p as Ptr<Account>)
  for (let k = 0; k < times; k++) {
    using _ = v.lock.acquire()
    v.balance += 1
  }
}

export function waitForClose(handle: HeapHandle, p: number): boolean {
  using heap = Heap.attach(handle)
  const v = Account.at(heap, p as Ptr<Account>)
  using held = v.lock.acquire()
  v.balance = -1
  while (v.open) v.changed.wait(v.lock)
  return !held.ownerDied
}
