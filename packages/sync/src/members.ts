/**
 * Where the threads that share locks are listed: for each a claim word and a held list.
 *
 * On a heap these are words of the thread's record (`heap.sync`); without one, a `SyncTable` that the user places.
 */

/** Word offsets into `words`, to which all offsets of primitives are relative too. */
export interface Members {
  readonly words: Int32Array
  /**
   * Claim word of member 0: 0 free; t (thread id + 1) live; -m being reaped by the thread whose word is m; -(2 ** 31)
   * nobody's.
   */
  readonly claims: number
  /** First entry of member 0's held list: HELD entries, and the number of read locks among them. */
  readonly held: number
  /** Words from one member to the next. */
  readonly stride: number
  /** How many there may be, 65,535 at most. */
  readonly count: number
}

/** Id of the thread that member `index` is, or undefined if nobody is. */
export function threadOf(members: Members, index: number): number | undefined {
  const word = Atomics.load(members.words, members.claims + index * members.stride)
  return word === 0 || word === -(2 ** 31) ? undefined : Math.abs(word) - 1
}
