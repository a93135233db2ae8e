/**
 * Watching: a thread reaps the workers that it started, when they have ended.
 *
 * The only oracle of a worker's death is its `'exit'` event, which its parent alone hears; by then its `threadId` is -1,
 * so the id is noted here when the watch begins. New workers of a pool are noted when the process tells of a new
 * Worker (`process.on('worker')`, in the tick that made it, so before it can end). What the end of a *parent* takes
 * along is found through the notes of `Watches`, in shared memory.
 *
 * The types are structural: the package asks for nothing of Node's but what the caller hands in.
 */

import { InvalidThreadError, isThreadId, type Reaped, TooManyWatchesError, Watches } from '@hakmem/arena'
import type { Heap } from './heap.ts'

/** What `watch` needs of a Worker. */
export interface WatchableWorker {
  readonly threadId: number
  on(event: 'exit', listener: () => void): unknown
  off(event: 'exit', listener: () => void): unknown
}

/** What `watch` needs of a pool: Piscina, and others that tell their workers. */
export interface WatchablePool {
  readonly threads: readonly WatchableWorker[]
}

export type Watchable = WatchableWorker | WatchablePool

interface HostProcess {
  on(event: 'worker', listener: (worker: WatchableWorker) => void): unknown
  off(event: 'worker', listener: (worker: WatchableWorker) => void): unknown
}

interface Watched {
  readonly thread: number
  readonly onExit: () => void
}

export class Watch {
  private readonly heap: Heap
  private readonly open: Set<Watch>
  private readonly onReaped: ((reaped: Reaped) => void) | undefined
  private readonly notes: Watches
  private readonly watched = new Map<WatchableWorker, Watched>()
  private stopFollowing: (() => void) | undefined

  /** @internal Use `heap.watch`. `open`: the watches of the heap, which this one enters and leaves. */
  constructor(
    heap: Heap,
    open: Set<Watch>,
    target: Watchable,
    onReaped: ((reaped: Reaped) => void) | undefined,
  ) {
    this.heap = heap
    this.open = open
    this.onReaped = onReaped
    this.notes = new Watches(heap.arena)
    if (isWorker(target)) {
      if (!isThreadId(target.threadId)) {
        throw new InvalidThreadError(
          'watch',
          target.threadId,
          'the worker must have a threadId, which it loses when it ends: watch it right after `new Worker`',
        )
      }
      this.note(target)
    } else if (isPool(target)) {
      this.follow(target)
    } else {
      throw new InvalidThreadError('watch', target, 'the target must be a Worker, or a pool with `threads`')
    }
    open.add(this)
  }

  /** Ids of the threads that are watched now. */
  get threads(): number[] {
    return [...this.watched.values()].map(({ thread }) => thread)
  }

  /** Ends the watch; whoever ends from now on is not reaped by it. Any number of times. */
  dispose(): void {
    this.open.delete(this)
    this.stopFollowing?.()
    this.stopFollowing = undefined
    for (const worker of [...this.watched.keys()]) this.forget(worker)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  private note(worker: WatchableWorker): void {
    const thread = worker.threadId
    if (thread < 0 || this.watched.has(worker)) return
    if (!this.notes.add(this.heap.thread, thread)) throw new TooManyWatchesError(this.notes.capacity)
    const onExit = () => {
      const reaped = this.heap.reap(thread)
      this.forget(worker)
      this.onReaped?.(reaped)
    }
    this.watched.set(worker, { thread, onExit })
    worker.on('exit', onExit)
  }

  private forget(worker: WatchableWorker): void {
    const watched = this.watched.get(worker)
    if (watched === undefined) return
    worker.off('exit', watched.onExit)
    this.watched.delete(worker)
    this.notes.remove(this.heap.thread, watched.thread)
    if (this.watched.size === 0 && this.stopFollowing === undefined) this.open.delete(this)
  }

  /** Notes the workers that the pool has, and those that it makes from now on. */
  private follow(pool: WatchablePool): void {
    const host = (globalThis as { process?: HostProcess }).process
    const onWorker = (worker: WatchableWorker) => {
      if (pool.threads.includes(worker)) this.note(worker)
    }
    host?.on('worker', onWorker)
    this.stopFollowing = () => host?.off('worker', onWorker)
    try {
      for (const worker of pool.threads) {
        if (!isWorker(worker))
          throw new InvalidThreadError('watch', worker, 'the pool must have Workers as `threads`')
        this.note(worker)
      }
    } catch (error) {
      this.dispose()
      throw error
    }
  }
}

function isWorker(target: unknown): target is WatchableWorker {
  if (typeof target !== 'object' || target === null) return false
  // All that is called later, before anything is noted: what has an id but tells no exit would stay noted for ever.
  const { threadId, on, off } = target as Partial<WatchableWorker>
  return Number.isInteger(threadId) && typeof on === 'function' && typeof off === 'function'
}

function isPool(target: unknown): target is WatchablePool {
  return typeof target === 'object' && target !== null && Array.isArray((target as WatchablePool).threads)
}
