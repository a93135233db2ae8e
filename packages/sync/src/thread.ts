/**
 * A thread as the primitives know it: its number among the members, and its held list in shared memory.
 *
 * The held list makes the locks robust. It names every primitive that the thread may have to do with *before* the thread
 * changes the primitive's word, and until after it has woken whom it must: so a death at any step leaves an entry.
 * What was held is told by the words themselves, because they name their owner; an entry alone claims nothing. (Linux'
 * robust futexes need a separate word for the operation under way, because their list is linked through the locks.)
 *
 * Entries keep their place from the first write to the last: a writer that looks through the lists for readers would
 * miss one that moves. One entry serves all uses that a thread has for a primitive at once (tasks that await it); how
 * many those are only the thread itself has to know. A stack overflow that strikes on the way out leaves an entry
 * too many, which costs its place and nothing else.
 */

import { TooManyLocksError } from './errors.ts'
import { type Members, threadOf } from './members.ts'
import { HELD, ownedBy, wordOf } from './words.ts'

export class SyncThread {
  readonly members: Members
  /** Number among the members. */
  readonly index: number
  /** The shared words that all offsets are relative to. */
  readonly words: Int32Array
  /** The word of a lock that this thread holds. */
  readonly mine: number
  private readonly first: number
  /** Entries from here on are 0. */
  private end: number
  private readonly uses: Int32Array
  /** Tasks of this thread that wait asynchronously, or were woken and have not yet run. */
  tasks = 0

  /** @internal Use `heap.sync` or `SyncTable.join`. */
  constructor(members: Members, index: number) {
    this.members = members
    this.index = index
    this.words = members.words
    this.mine = ownedBy(index)
    this.first = members.held + index * members.stride
    this.uses = new Int32Array(HELD)
    this.end = this.first
    // What an earlier object of this very thread holds.
    for (let k = 0; k < HELD; k++) {
      if (this.words[this.first + k] === 0) continue
      this.uses[k] = 1
      this.end = this.first + k + 1
    }
  }

  /** Id of the thread. */
  get id(): number {
    return threadOf(this.members, this.index) ?? -1
  }

  /**
   * Puts `key` (byte offset + kind) on the held list; the word offset of its entry. Throws TooManyLocksError. Like all
   * that follows, for this thread only.
   */
  enter(key: number): number {
    const { words, first, end } = this
    let place = end
    for (let at = first; at < end; at++) {
      const entry = words[at] >>> 0
      if (entry === key) {
        this.uses[at - first]++
        return at
      }
      if (entry === 0 && place === end) place = at
    }
    if (place - first === this.uses.length) throw new TooManyLocksError(this.uses.length)
    this.uses[place - first] = 1
    if (place === end) this.end = place + 1
    // Partner: handOn, after this thread's death.
    words[place] = key
    return place
  }

  /** Takes one use of `key` off the list. Calls nothing: where there was room to enter, there is to leave. */
  leave(key: number): void {
    const { words, first } = this
    for (let at = first; at < this.end; at++) {
      if (words[at] >>> 0 !== key) continue
      if (--this.uses[at - first] > 0) return
      words[at] = 0
      while (this.end > first && words[this.end - 1] === 0) this.end--
      return
    }
  }

  /** `Atomics.wait` on a word, for this thread. */
  sleep(at: number, value: number, timeout: number): 'ok' | 'not-equal' | 'timed-out' {
    if (this.tasks > 0) this.standAside()
    return Atomics.wait(this.words, at, value, timeout)
  }

  /**
   * To call before this thread sleeps or spins: its tasks cannot run then, and a wake that one of them was given, or would
   * be, could be the one that somebody else needs. So all who wait for what they wait for look for themselves, and the
   * tasks stand in no line until the thread runs them.
   */
  standAside(): void {
    const { words, first, end } = this
    for (let at = first; at < end; at++) {
      const entry = words[at] >>> 0
      // Partner: release, signal, post, ring, which wake one.
      if (entry !== 0) Atomics.notify(words, wordOf(entry))
    }
  }

  /** Word offset of the entry `key`, or 0. */
  find(key: number): number {
    for (let at = this.first; at < this.end; at++) if (this.words[at] >>> 0 === key) return at
    return 0
  }

  /** Counts the entries of kind READ: up before one becomes it, down when it is no more. Partner: hasReaders. */
  countRead(by: number): void {
    const at = this.first + this.uses.length
    Atomics.store(this.words, at, this.words[at] + by)
  }

  /** How often the entry at a word offset was entered and not left. */
  usesOf(at: number): number {
    return this.uses[at - this.first]
  }
}
