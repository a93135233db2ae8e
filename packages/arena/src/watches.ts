/**
 * Who watches whom: one entry per worker that is watched by a thread which may itself be ended.
 *
 * The end of a parent takes its workers along, and their exits reach nobody. So a watcher notes here, in shared memory,
 * whom it watches, and whoever reaps the watcher reaps those too. The main thread (id 0) notes nothing: its end is
 * the process's. An entry is two words, the watcher's and the watched thread's id + 1.
 *
 * - Claimed by swapping the first word 0 to the watcher; then the second is stored, by the watcher. A death in between
 *   leaves an entry that watches nobody and goes when the watcher is reaped.
 * - Freed by swapping the second to 0, then the first: by the watcher, or by those who reap it. Ids are never used
 *   again, so a swap that expects them cannot free what another thread has claimed since.
 */

import { load, store, swap } from '#ordering'
import type { Arena } from './arena.ts'

export class Watches {
  private readonly W: Int32Array
  private readonly from: number
  private readonly end: number

  constructor(arena: Arena) {
    const g = arena.geometry
    this.W = arena.W
    this.from = g.watches
    this.end = g.watches + 2 * g.watchCount
  }

  /** How many notes there is room for. */
  get capacity(): number {
    return (this.end - this.from) / 2
  }

  /** Notes that thread `watcher`, the calling one, watches thread `watched`, once. False if there is no room. */
  add(watcher: number, watched: number): boolean {
    if (watcher === 0) return true
    for (let at = this.from; at < this.end; at += 2) {
      if (load(this.W, at) === watcher + 1 && load(this.W, at + 1) === watched + 1) return true
    }
    for (let at = this.from; at < this.end; at += 2) {
      if (load(this.W, at) === 0 && swap(this.W, at, 0, watcher + 1)) {
        store(this.W, at + 1, watched + 1)
        return true
      }
    }
    return false
  }

  /** Takes the note back; nothing if there is none. By the watcher, or by one who reaps it. */
  remove(watcher: number, watched: number): void {
    for (let at = this.from; at < this.end; at += 2) {
      if (load(this.W, at) === watcher + 1 && load(this.W, at + 1) === watched + 1)
        this.drop(at, watcher, watched)
    }
  }

  /** A thread that `watcher`, which is dead, watches; undefined if there is none. */
  next(watcher: number): number | undefined {
    for (let at = this.from; at < this.end; at += 2) {
      if (load(this.W, at) !== watcher + 1) continue
      const watched = load(this.W, at + 1)
      if (watched !== 0) return watched - 1
      swap(this.W, at, watcher + 1, 0)
    }
    return undefined
  }

  private drop(at: number, watcher: number, watched: number): void {
    swap(this.W, at + 1, watched + 1, 0)
    swap(this.W, at, watcher + 1, 0)
  }
}
