// The page: sends messages from one worker to the other, adds them up, frees them.

import { Heap, type Ptr } from '@hakmem/core'
import { type Timed, timed } from '../compare.js'
import { type Answer, Message, type Order, type Port, type Role } from './message.js'

interface Page {
  crossOriginIsolated: boolean
  Worker: new (url: string, options: { type: 'module' }) => Port
  /** For whoever drives the page. */
  run: (count: number) => Promise<Outcome>
}

export interface Outcome {
  shared: Timed
  posted: Timed
  /** Bytes still allocated at the end. */
  live: number
}

const page = globalThis as unknown as Page

page.run = async (count) => {
  if (!page.crossOriginIsolated) throw new Error('the page is not cross-origin isolated: no shared memory')
  const heap = Heap.create({ bytes: 128 * 2 ** 20, threads: 3 })
  const [maker, doubler] = [start('maker', heap), start('doubler', heap)]

  const shared = await timed(async () => {
    const made = await ask(maker, { count, shared: true })
    if (!('pointers' in made)) throw new Error('the maker sent no pointers')
    const doubled = await ask(doubler, made, [made.pointers.buffer])
    if (!('pointers' in doubled)) throw new Error('the doubler sent no pointers')
    let sum = 0
    const message = Message.at(heap, doubled.pointers[0] as Ptr<Message>)
    for (const p of doubled.pointers) sum += message.moveTo(p as Ptr<Message>).value + message.label.length
    heap.freeBatch(doubled.pointers)
    return sum
  })

  const posted = await timed(async () => {
    const made = await ask(maker, { count, shared: false })
    if (!('messages' in made)) throw new Error('the maker sent no messages')
    const doubled = await ask(doubler, made)
    if (!('messages' in doubled)) throw new Error('the doubler sent no messages')
    return doubled.messages.reduce((sum, { value, label }) => sum + value + label.length, 0)
  })

  for (const worker of [maker, doubler]) await ask(worker, { count: 0, shared: true })
  return { shared, posted, live: heap.audit().live }
}

function start(role: Role, heap: Heap): Port {
  const worker = new page.Worker('worker.js', { type: 'module' })
  worker.postMessage({ role, heap: heap.handle } satisfies Order)
  return worker
}

/** The worker's answer to an order. One at a time. */
function ask(worker: Port, order: Order, transfer: ArrayBuffer[] = []): Promise<Answer> {
  return new Promise((resolve) => {
    const port = worker as Port & { onmessage: ((event: { data: Answer }) => void) | null }
    port.onmessage = ({ data }) => resolve(data)
    worker.postMessage(order, transfer)
  })
}
