/** Locks as fields: those of `@hakmem/sync`, which outlive the death of their holder. All zero is their initial state. */

import { Condition, Mutex, RWLock } from '@hakmem/sync'
import { FieldError } from './errors.ts'
import type { Kind, Memory } from './kind.ts'

type Lock<L> = { readonly BYTES: number; new (thread: Memory['sync'], offset: number): L }

function lock<L>(signature: string, Class: Lock<L>): Kind<L, never> {
  return {
    size: Class.BYTES,
    align: 4,
    signature,
    assignable: false,
    read: (memory) => (at) => new Class(memory.sync, at >>> 0),
    write: () => (_at, value) => {
      throw new FieldError(signature, value, 'to be set')
    },
  }
}

/** `using held = view.lock.acquire()`. */
export const mutex: Kind<Mutex, never> = lock('mutex', Mutex)

/** A condition variable, for a mutex of the same struct: `view.ready.wait(view.lock)`. */
export const condition: Kind<Condition, never> = lock('condition', Condition)

/** Many readers or one writer. */
export const rwlock: Kind<RWLock, never> = lock('rwlock', RWLock)
