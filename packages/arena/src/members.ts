/** The threads of a heap as those who share locks: the claim word and the held list of each are in its record. */

import type { Members } from '@hakmem/sync'
import type { Arena } from './arena.ts'
import { R_HELD, R_THREAD } from './layout.ts'

export function membersOf(arena: Arena): Members {
  const { records, recordWords, threads } = arena.geometry
  return {
    words: arena.W,
    claims: records + R_THREAD,
    held: records + R_HELD,
    stride: recordWords,
    count: threads,
  }
}
