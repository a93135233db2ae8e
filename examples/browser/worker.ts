// A web worker: makes messages, or doubles their values; in shared memory, or copies.

import { Heap, type Ptr } from '@hakmem/core'
import { type Answer, Message, type Order, type PlainMessage, type Port, type Role } from './message.js'

const port = globalThis as unknown as Port & { close(): void }
const answer = (message: Answer, transfer?: ArrayBuffer[]) => port.postMessage(message, transfer)

let heap: Heap | undefined
let role: Role = 'maker'

port.addEventListener('message', ({ data }: { data: Order }) => {
  if ('role' in data) {
    heap = Heap.attach(data.heap)
    role = data.role
  } else if ('count' in data) {
    if (data.count === 0) leave()
    else if (data.shared) make(data.count)
    else answer({ messages: Array.from({ length: data.count }, (_, id) => plain(id)) })
  } else if ('pointers' in data) {
    double(data.pointers)
  } else {
    for (const message of data.messages) message.value *= 2
    answer({ messages: data.messages })
  }
})

function plain(id: number): PlainMessage {
  return { id, value: id / 4, label: `no ${id % 1000}` }
}

function make(count: number): void {
  if (heap === undefined || role !== 'maker') throw new Error('not told to make')
  const pointers = new Uint32Array(count)
  const message = Message.at(heap, Message.make(heap))
  pointers[0] = message.ptr
  for (let id = 0; id < count; id++) {
    if (id > 0) message.moveTo(Message.make(heap))
    const { value, label } = plain(id)
    message.id = id
    message.value = value
    message.label = label
    pointers[id] = message.ptr
  }
  answer({ pointers }, [pointers.buffer])
}

function double(pointers: Uint32Array<ArrayBuffer>): void {
  if (heap === undefined) throw new Error('not attached')
  const message = Message.at(heap, pointers[0] as Ptr<Message>)
  for (const p of pointers) message.moveTo(p as Ptr<Message>).value *= 2
  answer({ pointers }, [pointers.buffer])
}

function leave(): void {
  heap?.detach()
  answer({ left: true })
  port.close()
}
