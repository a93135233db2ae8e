/**
 * The errors of the package: one class per cause, each with a stable `code` of the project's `ERR_HAKMEM_` family. The
 * names of the first two are those of atomics-sync.
 */

import { CodedError } from './coded.ts'
import { shown } from './shown.ts'

/** The codes that the errors carry; stable across versions. */
export type SyncErrorCode =
  | 'ERR_HAKMEM_DEADLOCK'
  | 'ERR_HAKMEM_PERMISSION'
  | 'ERR_HAKMEM_CANNOT_BLOCK'
  | 'ERR_HAKMEM_NO_WAIT_ASYNC'
  | 'ERR_HAKMEM_TOO_MANY_LOCKS'
  | 'ERR_HAKMEM_TOO_MANY_MEMBERS'
  | 'ERR_HAKMEM_NOT_INITIALISED'
  | 'ERR_HAKMEM_BROKEN_BARRIER'

/** Base of every error about the state of a primitive. */
export class SyncError extends CodedError<SyncErrorCode> {}

/** The calling thread would wait for itself. */
export class DeadlockError extends SyncError {
  constructor(operation: string, offset: number) {
    super(
      'ERR_HAKMEM_DEADLOCK',
      `${operation}: this thread holds the lock at ${offset} already, and would wait for itself for ever.`,
    )
  }
}

/** The calling thread does not hold what it wants to release, wait with or declare consistent. */
export class PermissionError extends SyncError {
  constructor(operation: string, offset: number, owner: number | undefined) {
    super(
      'ERR_HAKMEM_PERMISSION',
      `${operation}: this thread does not hold the lock at ${offset} (${owner === undefined ? 'nobody does' : `thread ${owner} does`}).`,
    )
  }
}

/** The host does not let this thread sleep (a browser's main thread). */
export class CannotBlockError extends SyncError {
  constructor(operation: string, instead: string) {
    super(
      'ERR_HAKMEM_CANNOT_BLOCK',
      `${operation}: this thread must not block (a browser's main thread never may). Use \`await ${instead}()\`.`,
    )
  }
}

/** The host has no `Atomics.waitAsync`. */
export class NoWaitAsyncError extends SyncError {
  constructor() {
    super(
      'ERR_HAKMEM_NO_WAIT_ASYNC',
      'This host has no Atomics.waitAsync. Use the blocking form in a worker.',
    )
  }
}

/** The thread's held list is full. */
export class TooManyLocksError extends SyncError {
  constructor(held: number) {
    super(
      'ERR_HAKMEM_TOO_MANY_LOCKS',
      `This thread holds or waits for ${held} primitives already, as many as its list can name. Release one first.`,
    )
  }
}

/** Every place of the table is taken by a thread. */
export class TooManyMembersError extends SyncError {
  constructor(threads: number) {
    super(
      'ERR_HAKMEM_TOO_MANY_MEMBERS',
      `All ${threads} places of this table are taken. Make the table for more threads, or let one leave.`,
    )
  }
}

/** The barrier was never told how many threads it is for. */
export class NotInitialisedError extends SyncError {
  constructor(operation: string, offset: number) {
    super(
      'ERR_HAKMEM_NOT_INITIALISED',
      `${operation}: the barrier at ${offset} has no parties yet. Call init(parties) before its threads start.`,
    )
  }
}

/** Somebody said that a party of the barrier will not come. */
export class BrokenBarrierError extends SyncError {
  constructor(operation: string, offset: number) {
    super(
      'ERR_HAKMEM_BROKEN_BARRIER',
      `${operation}: the barrier at ${offset} is broken: a party will not come. init(parties) makes it new.`,
    )
  }
}

/** What was given (an offset, a timeout, a count, a thread) is none of the kind. */
export class InvalidValueError extends RangeError {
  readonly code = 'ERR_HAKMEM_INVALID_VALUE'
  readonly value: unknown
  constructor(operation: string, what: string, value: unknown, rule: string) {
    super(`${operation}: ${what} must be ${rule}, got ${shown(value)}.`)
    this.name = 'InvalidValueError'
    this.value = value
  }
}
