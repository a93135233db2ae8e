/** Two threads connected in one of the ways, and what they pass in a given time. */

import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'
import { Queue } from '@hakmem/collections'
import { Heap } from '@hakmem/core'
import { Mark } from './mark.ts'
import { CAPACITY } from './queued.ts'
import type { Done, Order, Setting } from './side.worker.ts'
import type { Connection } from './ways.ts'

export class Pair implements AsyncDisposable {
  readonly heap = Heap.create({ bytes: 256 * 2 ** 20, threads: 4 })
  readonly #queues = [Queue.create(this.heap, CAPACITY).ptr, Queue.create(this.heap, CAPACITY).ptr] as const
  readonly #workers: readonly Worker[]

  constructor(way: string) {
    const { port1, port2 } = new MessageChannel()
    const taken = new SharedArrayBuffer(Mark.BYTES)
    const { handle } = this.heap
    const [there, back] = this.#queues
    this.#workers = [port1, port2].map((port, side) => {
      const queues: Connection['queues'] = side === 0 ? [there, back] : [back, there]
      const connection: Connection = { port, heap: handle, queues }
      const workerData: Setting = { way, connection, taken }
      return new Worker(new URL('./side.worker.js', import.meta.url), { workerData, transferList: [port] })
    })
  }

  /** Structs per second, sent in messages of `count`. */
  async throughput(count: number, seconds: number): Promise<number> {
    const [sent, received] = await this.#both('produce', 'consume', count, seconds)
    return received.structs / (received.ended - sent.started)
  }

  /** Milliseconds from sending a message of `count` structs until as many are back, sorted. */
  async roundTrips(count: number, seconds: number): Promise<number[]> {
    const [{ trips }] = await this.#both('ping', 'echo', count, seconds)
    return [...trips].sort((a, b) => a - b)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exits = this.#workers.map((worker) => once(worker, 'exit'))
    for (const worker of this.#workers)
      worker.postMessage({ do: 'close', count: 0, seconds: 0 } satisfies Order)
    await Promise.all(exits)
    for (const ptr of this.#queues) Queue.destroy(this.heap, ptr)
    this.heap.detach()
  }

  async #both(
    first: Order['do'],
    second: Order['do'],
    count: number,
    seconds: number,
  ): Promise<[Done, Done]> {
    const orders: Order[] = [first, second].map((what) => ({ do: what, count, seconds }))
    const answers = await Promise.all(
      this.#workers.map(async (worker, side) => {
        worker.postMessage(orders[side])
        const [answer] = await once(worker, 'message')
        return answer as Done
      }),
    )
    const [sent, received] = answers
    if (sent.structs !== received.structs || sent.sum !== received.sum)
      throw new Error(
        `${sent.structs} structs of sum ${sent.sum} were sent, ${received.structs} of ${received.sum} arrived`,
      )
    return [sent, received]
  }
}
