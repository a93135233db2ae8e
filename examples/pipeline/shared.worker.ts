// The stages, each in a worker, with queues of structs between them: a row is made once and passed on as a number.

import { Queue } from '@hakmem/collections'
import { Heap, type HeapHandle, type Ptr } from '@hakmem/core'
import { Averages, linesOf, parse, Row, toFahrenheit } from './row.js'

export interface Stage {
  heap: HeapHandle
  from: number
  to: number
  path: string
}

export function parseStage({ heap: handle, to, path }: Stage): void {
  const heap = Heap.attach(handle)
  const queue = Queue.at(heap, to)
  let row: Row | undefined
  for (const line of linesOf(path)) {
    const { station, city, celsius } = parse(line)
    const p = Row.make(heap)
    row = row === undefined ? Row.at(heap, p) : row.moveTo(p)
    row.station = station
    row.city = city
    row.celsius = celsius
    queue.push(p)
  }
  queue.close()
  heap.park()
}

export function transformStage({ heap: handle, from, to }: Stage): void {
  const heap = Heap.attach(handle)
  const [source, target] = [Queue.at(heap, from), Queue.at(heap, to)]
  let row: Row | undefined
  for (let p = source.pop() as Ptr<Row>; p !== 0; p = source.pop() as Ptr<Row>) {
    row = row === undefined ? Row.at(heap, p) : row.moveTo(p)
    row.fahrenheit = toFahrenheit(row.celsius)
    target.push(p)
  }
  target.close()
  heap.park()
}

export function aggregateStage({ heap: handle, from }: Stage): number {
  const heap = Heap.attach(handle)
  const source = Queue.at(heap, from)
  const averages = new Averages()
  let row: Row | undefined
  for (let p = source.pop() as Ptr<Row>; p !== 0; p = source.pop() as Ptr<Row>) {
    row = row === undefined ? Row.at(heap, p) : row.moveTo(p)
    averages.add(row.city, row.fahrenheit)
    Row.free(heap, p)
  }
  heap.park()
  return averages.total
}
