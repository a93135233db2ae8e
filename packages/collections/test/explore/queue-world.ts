// What the explored scenarios of the queue share: a table of threads, a queue, and what the players write down.
// This module is rewritten with the packages under test.

import { Queue } from '@hakmem/collections'
import type { End } from '@hakmem/interleave'
import { SyncTable, type SyncThread } from '@hakmem/sync'

const NAMES = ['a', 'b', 'c', 'r1', 'r2']
/** Byte offsets. */
const QUEUE = 256
const TABLE = 1024

export class World {
  readonly table: SyncTable
  private readonly threads: SyncThread[]

  constructor(capacity: number) {
    const memory = new SharedArrayBuffer(TABLE + SyncTable.bytes(NAMES.length))
    this.table = new SyncTable(memory, TABLE, NAMES.length)
    this.threads = NAMES.map((_, k) => this.table.join(k))
    Queue.init(this.threads[0], QUEUE, capacity)
  }

  queue(name: string): Queue {
    return new Queue(this.threads[NAMES.indexOf(name)], QUEUE)
  }

  reap(dead: string, reaper: string): void {
    this.table.reap(NAMES.indexOf(dead), NAMES.indexOf(reaper))
  }

  /** Whether as many values came out as went in: by the words of the queue, see `queue.ts`. */
  isEmpty(): boolean {
    const words = this.table.members.words
    return Atomics.load(words, QUEUE / 4 + 34) === Atomics.load(words, QUEUE / 4 + 18)
  }

  get words(): Int32Array {
    return this.table.members.words
  }
}

/** Whoever died is a member no more and nobody holds anything. */
export function checkMembers(world: World, end: End): void {
  for (const { thread } of end.killed) if (!thread.startsWith('reaper')) world.reap(thread, 'r2')
  const { words, held, stride, count } = world.table.members
  for (let member = 0; member < count; member++) {
    for (let k = 0; k < stride - 1; k++) {
      const entry = words[held + member * stride + k]
      if (entry !== 0) throw new Error(`${NAMES[member]} still has the entry ${entry}`)
    }
  }
}
