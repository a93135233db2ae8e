/** @hakmem/sync: locks and other ways to wait for each other, in shared memory, that survive the death of their owners. */

export { Barrier } from './barrier.ts'
export { CodedError } from './coded.ts'
export { Condition } from './condition.ts'
export {
  BrokenBarrierError,
  CannotBlockError,
  DeadlockError,
  InvalidValueError,
  NotInitialisedError,
  NoWaitAsyncError,
  PermissionError,
  SyncError,
  type SyncErrorCode,
  TooManyLocksError,
  TooManyMembersError,
} from './errors.ts'
export { Gate } from './gate.ts'
export { Guard } from './guard.ts'
export { handOn } from './hand-on.ts'
export type { Members } from './members.ts'
export { Mutex } from './mutex.ts'
export { requireTimeout } from './offsets.ts'
export { Once } from './once.ts'
export { RWLock } from './rwlock.ts'
export { Semaphore } from './semaphore.ts'
export { shown } from './shown.ts'
export { SpinLock } from './spinlock.ts'
export { SyncTable } from './table.ts'
export { SyncThread } from './thread.ts'
export { canBlock, deadline, remaining } from './wait.ts'
export { HELD } from './words.ts'
