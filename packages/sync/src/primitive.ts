/** What all primitives are: views of a few shared words, for one thread, that can be moved from one place to another. */

import { InvalidValueError } from './errors.ts'
import { wordAt } from './offsets.ts'
import type { SyncThread } from './thread.ts'
import { WAKE } from './words.ts'

export abstract class Primitive {
  /** Bytes that it takes, at a multiple of 4; all zero is its initial state. */
  static readonly BYTES: number = 4
  protected readonly thread: SyncThread
  /** Word offset. */
  protected at: number
  /** Its entry in the held list: byte offset and kind. */
  protected key: number

  /** A view of the primitive at byte offset `offset`, for the calling thread. Throws InvalidValueError. */
  constructor(thread: SyncThread, offset: number) {
    // Not `instanceof`, which walks up the prototypes: views of locks are made often.
    if (thread?.words === undefined) {
      const rule = "a heap's `sync`, or what SyncTable.join returned"
      throw new InvalidValueError(this.constructor.name, 'the thread', thread, rule)
    }
    this.thread = thread
    this.at = wordAt(thread.words, this.constructor.name, offset, this.bytes)
    this.key = offset + this.kind
  }

  /** Where it lies, in bytes. */
  get offset(): number {
    return this.key - this.kind
  }

  /** Makes this the view of another one; what is held stays held where it is. Throws InvalidValueError. */
  moveTo(offset: number): this {
    this.at = wordAt(this.thread.words, 'moveTo', offset, this.bytes)
    this.key = offset + this.kind
    return this
  }

  /** The kind of its entry. */
  protected get kind(): number {
    return WAKE
  }

  protected get bytes(): number {
    return (this.constructor as typeof Primitive).BYTES
  }
}
