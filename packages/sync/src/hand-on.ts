/**
 * What a dead thread had to do with locks is handed on: locks go to the next as DIED, whoever may wait for a wake that
 * the dead thread owed, or had been given and took with it, is woken and looks for itself.
 *
 * Every step depends on what the words say now, and an entry goes last: a reaper that dies anywhere leaves the rest to
 * the next one. At most HELD entries.
 */

import type { Members } from './members.ts'
import {
  DIED,
  DONE,
  HELD,
  isOwnedBy,
  kindOf,
  LOCK,
  ownedBy,
  READ,
  TELL,
  TOLD,
  WAKE,
  wordOf,
} from './words.ts'

/**
 * For reapers that own the record of member `index`, whose thread is dead. True if it held something.
 * @internal
 */
export function handOn(members: Members, index: number): boolean {
  const { words } = members
  const first = members.held + index * members.stride
  let any = false
  for (let at = first; at < first + HELD; at++) {
    const entry = words[at] >>> 0
    if (entry === 0) continue
    any = true
    const word = wordOf(entry)
    const kind = kindOf(entry)
    const last = kind === READ || kind === TELL ? word + 1 : word
    // A list that something wrote over must not make a reaper throw.
    if (word >= 0 && last < words.length) settle(words, at, word, kind, ownedBy(index))
    words[at] = 0
  }
  // Behind the entries: as long as one may be a read lock, a writer looks at them.
  words[first + HELD] = 0
  return any
}

function settle(words: Int32Array, at: number, word: number, kind: number, dead: number): void {
  if (kind === READ) words[at] += TELL - READ
  if (kind === READ || kind === TELL) {
    // Partner: who reads the number, looks, and sleeps if it still is that number: the writer of an RWLock, a Gate.
    Atomics.add(words, word + 1, TOLD)
    Atomics.notify(words, word + 1)
  }
  while (kind !== WAKE) {
    const value = Atomics.load(words, word)
    if (!isOwnedBy(value, dead) || (value & DONE) !== 0) break
    // Partner: claim.
    if (Atomics.compareExchange(words, word, value, kind === LOCK ? DIED : 0) === value) break
  }
  // Not only of what was owned: it may have died between freeing and waking, or have been woken and not yet taken.
  Atomics.notify(words, word)
}
