// The same stages with message ports between them: rows are objects, sent a hundred at a time, copied each time.

import type { MessagePort } from 'node:worker_threads'
import { Averages, linesOf, type PlainRow, parse, toFahrenheit } from './row.js'

const BATCH = 100

/** The last message. A port's end is not told while its worker is idle in the pool. */
const END = 'end'

export function parseStage({ to, path }: { to: MessagePort; path: string }): void {
  let batch: PlainRow[] = []
  for (const line of linesOf(path)) {
    batch.push({ ...parse(line), fahrenheit: 0 })
    if (batch.length === BATCH) {
      to.postMessage(batch)
      batch = []
    }
  }
  to.postMessage(batch)
  to.postMessage(END)
}

export function transformStage({ from, to }: { from: MessagePort; to: MessagePort }): Promise<void> {
  return each(from, (batch) => {
    for (const row of batch) row.fahrenheit = toFahrenheit(row.celsius)
    to.postMessage(batch)
  }).finally(() => to.postMessage(END))
}

export async function aggregateStage({ from }: { from: MessagePort }): Promise<number> {
  const averages = new Averages()
  await each(from, (batch) => {
    for (const { city, fahrenheit } of batch) averages.add(city, fahrenheit)
  })
  return averages.total
}

/** Until the end is sent. */
function each(from: MessagePort, take: (batch: PlainRow[]) => void): Promise<void> {
  return new Promise((resolve) => {
    from.on('message', (batch: PlainRow[] | typeof END) => {
      if (batch !== END) return take(batch)
      from.close()
      resolve()
    })
  })
}
