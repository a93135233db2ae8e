// What the workers of the tests do. Each tells when it is where it is to be, and stays there.

import { parentPort, workerData } from 'node:worker_threads'
import { Heap, type HeapHandle } from '@hakmem/core'
import { Condition, Mutex, RWLock, Semaphore } from '@hakmem/sync'

interface Data {
  readonly heap: HeapHandle
  readonly at: number
  readonly does: keyof typeof actions
}

const never = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
const tell = (message: unknown) => parentPort?.postMessage(message)

const actions = {
  /** Holds the mutex until it is terminated. */
  hold(heap: Heap, at: number) {
    new Mutex(heap.sync, at).lock()
    tell('holds')
    never()
  },
  /** Holds it without blocking its event loop, and ends by itself. */
  holdAndExit(heap: Heap, at: number) {
    new Mutex(heap.sync, at).lock()
    tell('holds')
    process.exit()
  },
  /** Waits for the mutex; tells whether an owner died. */
  want(heap: Heap, at: number) {
    tell('wants')
    const guard = new Mutex(heap.sync, at).acquire()
    const { ownerDied } = guard
    guard.consistent()
    guard.unlock()
    tell(ownerDied)
  },
  read(heap: Heap, at: number) {
    new RWLock(heap.sync, at).readLock()
    tell('reads')
    never()
  },
  write(heap: Heap, at: number) {
    tell('wants')
    const lock = new RWLock(heap.sync, at)
    lock.writeLock()
    tell(lock.ownerDied)
    lock.writeUnlock()
  },
  /** Adds a thousand times to the word behind the mutex. */
  add(heap: Heap, at: number) {
    const mutex = new Mutex(heap.sync, at)
    for (let k = 0; k < 1000; k++) {
      mutex.lock()
      heap.I32[(at >>> 2) + 1]++
      mutex.unlock()
    }
    tell('done')
  },
  /** Answers each permit of one semaphore with one of the next. */
  echo(heap: Heap, at: number) {
    const [ask, answer] = [new Semaphore(heap.sync, at), new Semaphore(heap.sync, at + 4)]
    tell('ready')
    for (let k = 0; k < 100; k++) {
      ask.wait()
      answer.post()
    }
  },
  /** Sets the word behind mutex and condition, and signals. */
  signal(heap: Heap, at: number) {
    const mutex = new Mutex(heap.sync, at)
    mutex.lock()
    heap.I32[(at >>> 2) + 2] = 1
    new Condition(heap.sync, at + 4).signal()
    mutex.unlock()
    tell('done')
  },
}

const { heap, at, does } = workerData as Data
actions[does](Heap.attach(heap), at)
