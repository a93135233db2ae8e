/** Who is told of all that happens in a run: while a failure is written down. */

import type { View } from '../memory/shadow.ts'
import type { Thread } from './thread.ts'

export interface Witness {
  /** A step is about to be performed. */
  before(thread: Thread): void
  /** It has been, and this is what it answers. */
  after(thread: Thread, answer: unknown): void
  /** Anything else, in words. */
  note(thread: Thread, what: string): void
  /** A delayed store is about to land. */
  lands(thread: Thread, view: View, i: number, value: unknown): void
}
