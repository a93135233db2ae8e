/**
 * What the words of the primitives mean. Every primitive is one 32-bit word (RWLock: two), 4-byte aligned, and all zero
 * is its initial state: free, no permits, not run.
 *
 * An owned word (Mutex, SpinLock, RWLock, Once) is
 *
 *     0                        free
 *     DIED                     free, but an owner died in it and nobody has called consistent() since
 *     DONE                     Once only: has run
 *     TAG | owner + 1          owned by that member (its number in the table, see `members.ts`); with any of
 *       | WAITERS | DIED         somebody may sleep on the word; as above
 *
 * The tag makes it unlikely that another program's number looks like a lock of a dead thread, if memory with a lock in
 * it is freed while the lock is held.
 */

const TAG = 0x4c << 24
export const WAITERS = 1 << 23
export const DIED = 1 << 22
export const DONE = 1 << 21
/** The owner's number + 1. */
export const OWNER = 0xffff

/** The word of a lock that member `index` holds. */
export const ownedBy = (index: number): number => TAG | (index + 1)
export const isOwnedBy = (word: number, mine: number): boolean => (word & (TAG | OWNER)) === mine

// ---- held list: what a thread has to do with which primitive ------------------------------------------------------

/** Entries of a thread's held list. The word behind them counts those of kind READ: a writer skips lists without any. */
export const HELD = 30

/**
 * An entry is the primitive's byte offset, a multiple of 4, plus one of these; 0 is no entry. They are 4 or more, so that
 * offset 0 has entries too.
 */
export const kindOf = (entry: number): number => (entry & 3) + 4
/** Word offset of the primitive of an entry. */
export const wordOf = (entry: number): number => (entry >>> 2) - 1
/** Holds, takes or releases what is owned at word 0. */
export const LOCK = 4
/** Waits or signals at word 0. */
export const WAKE = 5
/** Holds a read lock: the entry itself is the lock. */
export const READ = 6
/** Has to tell whoever sleeps on word 1, whatever came of it; what it owns at word 0 is whole at every step. */
export const TELL = 7
/** What a dead thread's duty to tell adds to word 1. */
export const TOLD = 2
